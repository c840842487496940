"""Answers as JSON, put together by hand for speed: names are encoded once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.experiment import FailedPrediction, Prediction
from chainrule.limits import Limit
from chainrule.serving.problems import RequestError, translate_error
from chainrule.serving.served_model import ServedModel

__all__ = ["AnswerWriter"]

ABSTAIN = Limit(float, "least output for which a class is answered", 0, 1)


@dataclass(frozen=True, eq=False)
class AnswerWriter:
    """Writes the answers of one model.

    Args:
        model: what answers.
    """

    model: ServedModel

    @cached_property
    def _classes(self) -> tuple[str, ...]:
        return tuple(map(json.dumps, self.model.classes))

    @cached_property
    def _form(self) -> str:
        """All outputs by name, with a place for each number.

        Fractions of a float32 network have 17 digits in any case, which are quicker to write than
        the shortest ones that give the same bits.
        """
        number = "%r"
        if self.model.gives_probabilities and self.model.network.architecture.dtype == "float32":
            number = "%.17g"
        names = [json.dumps(name).replace("%", "%%") for name in self.model.output_names]
        word = "probabilities" if self.model.gives_probabilities else "outputs"
        return f'"{word}":{{{",".join(f"{name}:{number}" for name in names)}}}'

    @cached_property
    def _start(self) -> str:
        return f'{{"model":{json.dumps(self.model.name)},"predictions":['

    def write(
        self,
        place: str,
        values: Sequence[float],
        abstain: float | None = None,
        more: str = "",
    ) -> str:
        """Return the answer to one input.

        Args:
            place: which input it is, such as "row 1".
            values: an output for each class, or for each target.
            abstain: the answer is null where no output reaches this.
            more: further members of the object, each with a comma before it.

        Raises: RequestError for outputs that are not finite.
        """
        if not math.isfinite(sum(values)) and not all(map(math.isfinite, values)):
            raise RequestError(
                422, "overflow", where=place, expected="finite outputs", got="infinite ones"
            )
        if self._classes:
            best = max(values)
            sure = abstain is None or best >= abstain
            answer = self._classes[values.index(best)] if sure else "null"
        else:
            answer = repr(values[0]) if len(values) == 1 else f"[{','.join(map(repr, values))}]"
        outputs = self._form % tuple(values)
        return f'{{"input":"{place}","answer":{answer},{outputs}{more}}}'

    def write_failed(self, place: str, problem: RequestError) -> str:
        """Return what stands in the place of an answer."""
        return json.dumps({"input": place, "error": problem.to_dict()})

    def write_found(
        self,
        place: str,
        found: Prediction | FailedPrediction,
        abstain: float | None = None,
        shared: Sequence[str] = (),
    ) -> str:
        """Return the answer that `SavedRun.predict` gave, with the same numbers.

        Args:
            place: which input it is.
            found: the answer or the error.
            abstain: as for `write`.
            shared: remarks that stand elsewhere.
        """
        if isinstance(found, FailedPrediction):
            path = found.input.rpartition(", ")[0] or found.input
            name = place.rpartition(", ")[0] or place
            return self.write_failed(place, translate_error(found.error, {path: name}))
        known = dict(found.outputs)
        names = self.model.classes or [output.name for output in found.outputs]
        plain = found.to_dict()
        own = [text for text in found.remarks if text not in shared]
        more: dict[str, Any] = {"remarks": own} if own else {}
        more |= {name: plain[name] for name in ("box", "upright") if name in plain}
        text = "".join(f',"{name}":{json.dumps(value)}' for name, value in more.items())
        return self.write(place, [known[name] for name in names], abstain, text)

    def join(self, answers: Iterable[str], remarks: Sequence[str] = ()) -> bytes:
        """Return the whole body of a response."""
        told = json.dumps(list(remarks)) if remarks else "[]"
        return f'{self._start}{",".join(answers)}],"remarks":{told}}}'.encode()
