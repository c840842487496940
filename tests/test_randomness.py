import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.randomness import generator

_counters = st.lists(st.integers(0, 2**40), max_size=3)


def test_the_numbers_of_a_seed_never_change():
    # Fixed on purpose: another NumPy, or other code, that changed them would change every run.
    assert generator(0, "order", 1).integers(1000, size=4).tolist() == [977, 503, 179, 124]
    assert generator(2**63 - 1, "weights").random() == 0.6305352239604348


@given(st.integers(0, 2**63 - 1), st.text(max_size=9), _counters)
@settings(max_examples=50)
def test_equal_arguments_give_equal_streams(seed, purpose, counters):
    first, second = (generator(seed, purpose, *counters).random(8) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_change_of_any_argument_changes_the_stream():
    arguments = [(0, "a"), (1, "a"), (0, "b"), (2**32, "a"), (0, "a", 1), (0, "a", 0, 1)]
    streams = [generator(*given).integers(2**62, size=2).tolist() for given in arguments]
    assert len({tuple(stream) for stream in streams}) == len(arguments)


def test_a_counter_that_is_left_out_counts_as_0():
    numbers = {generator(4, "a", *zeros).random() for zeros in ([], [0], [0, 0])}
    assert len(numbers) == 1


def test_the_global_generator_is_left_alone():
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    generator(0, "order").random(100)
    assert np.random.random() == expected
