"""Callbacks of scikit-learn 1.9 and later; without them where it is older."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sklearn.utils.metaestimators import available_if

# Callbacks are new in scikit-learn 1.9.
_CALLBACKS: Any = None
if importlib.util.find_spec("sklearn.callback") is not None:
    _CALLBACKS = importlib.import_module("sklearn.callback")

__all__ = ["CallbackSupport", "FitTasks", "available", "with_callbacks"]

Method = TypeVar("Method", bound=Callable[..., Any])

CallbackSupport: Any = object if _CALLBACKS is None else _CALLBACKS.CallbackSupportMixin
"""The base class that gives an estimator `set_callbacks`."""


def with_callbacks(method: Method) -> Method:
    """Tear the callbacks down after a method, however it ends; type checkers see the method."""
    return method if _CALLBACKS is None else cast(Method, _CALLBACKS.with_callbacks(method))


def available(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Hide a method of estimators for which the check says no; type checkers see the method."""
    return cast(Callable[[Method], Method], available_if(check))


class FitTasks:
    """Tells an estimator's callbacks of a fit, its epochs, and their batches.

    Args:
        estimator: what is fitted.
        epochs: the greatest number of epochs.
        state: returns the attributes with which a copy of the estimator would be fitted now.
        data: X, y and metadata, as callbacks get them.
    """

    def __init__(
        self,
        estimator: Any,
        epochs: int,
        state: Callable[[], Mapping[str, Any]],
        data: Mapping[str, Any],
    ) -> None:
        self.watched = bool(getattr(estimator, "_skl_callbacks", ()))
        self._estimator = estimator
        self._state = state
        self._data = data
        self._fit: Any = None
        self._epoch: Any = None
        self._batch: Any = None
        if self.watched:
            self._fit = estimator._init_callback_context(max_subtasks=epochs)

    @contextmanager
    def fit(self) -> Iterator[None]:
        """The whole fit."""
        self._begin(self._fit)
        yield
        self._end(self._fit)

    def begin_epoch(self, batches: int) -> None:
        """Say that an epoch begins."""
        if self.watched:
            self._epoch = self._fit.subcontext(task_name="epoch", max_subtasks=batches)
            self._begin(self._epoch)

    def end_epoch(self) -> bool:
        """Say that the epoch ended; whether a callback asks to stop."""
        return self._end(self._epoch)

    def begin_batch(self) -> None:
        """Say that a batch begins."""
        if self.watched:
            self._batch = self._epoch.subcontext(task_name="batch")
            self._begin(self._batch)

    def end_batch(self) -> bool:
        """Say that the batch ended; whether a callback asks to stop."""
        return self._end(self._batch)

    def _begin(self, context: Any) -> None:
        if self.watched:
            context.call_on_fit_task_begin(
                estimator=self._estimator, **self._data, reconstruction_attributes=self._state
            )

    def _end(self, context: Any) -> bool:
        return self.watched and bool(
            context.call_on_fit_task_end(
                estimator=self._estimator, **self._data, reconstruction_attributes=self._state
            )
        )
