"""Names of other libraries for what has another name here, so that an error can answer with ours.

They are those of scikit-learn, Keras, PyTorch, JAX's Optax and textbooks.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

__all__ = ["translate_name"]

_SQUARES = "the mean over the outputs; squared_error is their sum, half_squared_error half of it"

_ROWS: tuple[tuple[str, str], ...] = (
    # costs
    ("mse mseloss mse_loss mean_squared l2_loss", f"mean_squared_error: it is {_SQUARES}"),
    (
        "sse sum_squared_error squared_loss quadratic",
        "squared_error: it is the sum over the outputs",
    ),
    (
        "mae maeloss l1loss l1_loss mean_absolute_error",
        "absolute_error: it is the sum over the outputs",
    ),
    (
        "cross_entropy crossentropy crossentropyloss cross_entropy_loss categorical_crossentropy "
        "sparse_categorical_crossentropy softmax_cross_entropy nll nllloss nll_loss",
        "categorical_cross_entropy",
    ),
    ("log_loss logloss", "categorical_cross_entropy, for a single output binary_cross_entropy"),
    (
        "bce bceloss bcewithlogitsloss bce_with_logits binary_crossentropy sigmoid_cross_entropy",
        "binary_cross_entropy",
    ),
    ("huberloss huber_loss smoothl1loss smooth_l1 smooth_l1_loss", "huber"),
    # activations
    ("logistic expit sigm", "sigmoid"),
    ("linear purelin none no_activation", "identity"),
    ("swish", "silu"),
    ("heaviside binary_step threshold sign", "step"),
    ("leakyrelu lrelu leaky", "leaky_relu"),
    ("rectifier rectified_linear", "relu"),
    ("tansig hyperbolic_tangent", "tanh"),
    ("log_softmax logsoftmax", "softmax: the cost takes its logarithm without loss"),
    # optimisers
    ("gd gradient_descent steepest_descent", "sgd"),
    ("sgd_momentum heavy_ball", "momentum"),
    ("nag nesterov_momentum sgd_nesterov", "nesterov"),
    ("l_bfgs bfgs l_bfgs_b", "lbfgs"),
    ("adam_w", "adamw"),
    # initialisers
    ("xavier xavier_uniform xavier_normal glorot_uniform glorot_normal", "glorot"),
    ("kaiming kaiming_uniform kaiming_normal he_uniform he_normal", "he"),
    ("random_normal gaussian truncated_normal", "normal"),
    ("random_uniform", "uniform"),
    ("lecun_uniform lecun_normal", "lecun"),
    # schedules
    ("steplr step_decay multisteplr", "step"),
    ("exponentiallr exponential_decay", "exponential"),
    ("cosineannealinglr cosine_annealing cosine_decay", "cosine"),
    ("onecyclelr onecycle", "one_cycle"),
    ("reducelronplateau reduce_lr_on_plateau adaptive", "plateau"),
    ("cosineannealingwarmrestarts warm_restarts sgdr", "cosine_restarts"),
    # settings
    ("lr eta eta0 step_size learning_rate_init", "learning_rate"),
    ("max_iter n_epochs num_epochs nb_epoch n_iter max_epochs", "epochs"),
    (
        "hidden_layer_sizes hidden_layers hidden_sizes hidden_size hidden_units n_hidden units",
        "hidden: the neurons of each hidden layer",
    ),
    ("dropout_rate drop_rate dropout_p", "dropout: the fraction that is dropped"),
    ("keep_prob", "dropout: the fraction that is dropped, 1 - keep_prob"),
    (
        "alpha",
        "l2: scikit-learn divides its alpha by the number of examples, which l2 does not",
    ),
    ("l2_reg l2_regularization l2_penalty reg lambda lambda_ lmbda lam regularization", "l2"),
    ("l1_reg l1_regularization l1_penalty", "l1"),
    ("loss loss_function criterion objective", "cost"),
    ("solver optim optimizer", "optimiser"),
    ("initializer kernel_initializer init weight_init", "initialiser"),
    ("bias_initializer", "bias_initialiser"),
    ("batch bs minibatch_size mini_batch_size", "batch_size"),
    ("random_state random_seed manual_seed", "seed"),
    ("n_iter_no_change early_stopping_patience", "patience"),
    ("early_stopping", "patience: with a monitor, such as validation_cost"),
    ("tol min_improvement", "min_delta"),
    ("validation_split val_split val_fraction", "validation_fraction"),
    ("test_size test_split", "test_fraction"),
    (
        "batch_norm batchnorm batch_normalization batch_normalisation normalization",
        "normalisation: its value is batch",
    ),
    ("beta_1", "beta1"),
    ("beta_2", "beta2"),
    ("eps adam_epsilon", "epsilon"),
    ("rho", "decay"),
    ("clip clipnorm max_grad_norm grad_clip gradient_clip_val clip_grad_norm", "clip_norm"),
    ("class_weight", "class_weights"),
    ("bias use_bias fit_intercept", "biases"),
    ("precision", "dtype"),
    ("scheduler lr_scheduler lr_schedule learning_rate_schedule", "schedule"),
    ("gamma", "schedule_factor"),
    ("warmup warmup_steps", "warmup_epochs: in epochs"),
    ("activations activation_function nonlinearity act", "activation"),
    ("final_activation last_activation out_activation", "output_activation"),
    ("label_column target_column y_column", "target"),
    ("sep", "delimiter"),
    ("n_jobs num_workers", "threads"),
    ("classification classifier", "classes"),
    ("regression regressor", "numbers"),
    ("acc", "accuracy"),
    ("val_acc val_accuracy", "validation_accuracy"),
    ("val_loss validation_loss", "validation_cost"),
    ("standardscaler standardize standardise zscore z_score", "standard"),
    ("minmaxscaler minmax", "min_max"),
    ("robustscaler", "robust"),
    ("onehot onehotencoder", "one_hot"),
    ("ordinalencoder label_encoding", "ordinal"),
    ("n_trials", "trials"),
)
_ANSWERS = MappingProxyType(
    {foreign: answer for names, answer in _ROWS for foreign in names.split()}
)


def translate_name(name: object, valid: Collection[str]) -> str:
    """Return a sentence with our name for what other libraries call so, or an empty text.

    Args:
        name: what was given: a name, or a flag.
        valid: the names, or the flags, that exist at this place; ours must be one of them.

    Example:
        >>> translate_name("MSELoss", ["huber"]), translate_name("--lr", ["--learning-rate"])
        ('', '--lr is called --learning-rate here')
    """
    given = str(name)
    answer = _ANSWERS.get(given.lstrip("-").lower().replace("-", "_").replace(" ", "_"))
    if answer is None:
        return ""
    ours, colon, remark = answer.partition(":")
    first, comma, others = ours.partition(",")
    if given.startswith("--"):
        first = "--" + first.replace("_", "-")
    return f"{given} is called {first}{comma}{others} here{colon}{remark}" if first in valid else ""
