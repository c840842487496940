"""Data: one record, `Dataset`, and the ways to make one."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.data.augmentation import Augmentation as Augmentation
    from chainrule.data.augmentation import augmented as augmented
    from chainrule.data.augmentation import augmented_by_law as augmented_by_law
    from chainrule.data.augmentation import mixing as mixing
    from chainrule.data.batch_order import batch_bounds as batch_bounds
    from chainrule.data.batch_order import epoch_order as epoch_order
    from chainrule.data.catalogue import CATALOGUE as CATALOGUE
    from chainrule.data.columns import target_column as target_column
    from chainrule.data.dataset import Dataset as Dataset
    from chainrule.data.dataset import DatasetPair as DatasetPair
    from chainrule.data.file_state import FileState as FileState
    from chainrule.data.handwriting import Preparation as Preparation
    from chainrule.data.handwriting import Stage as Stage
    from chainrule.data.handwriting import prepare as prepare
    from chainrule.data.handwriting import read_picture as read_picture
    from chainrule.data.mnist import load_mnist as load_mnist
    from chainrule.data.reader import Reading as Reading
    from chainrule.data.sources import dataset_names as dataset_names
    from chainrule.data.sources import load_dataset as load_dataset
    from chainrule.data.sources import verify_dataset as verify_dataset
    from chainrule.data.splitting import split as split
    from chainrule.data.streams import SIZE_LIMIT as SIZE_LIMIT
    from chainrule.data.streams import opened as opened

__all__ = [
    "CATALOGUE",
    "SIZE_LIMIT",
    "Augmentation",
    "Dataset",
    "DatasetPair",
    "FileState",
    "Preparation",
    "Reading",
    "Stage",
    "augmented",
    "augmented_by_law",
    "batch_bounds",
    "dataset_names",
    "epoch_order",
    "load_dataset",
    "load_mnist",
    "mixing",
    "opened",
    "prepare",
    "read_picture",
    "split",
    "target_column",
    "verify_dataset",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "augmentation": ["Augmentation", "augmented", "augmented_by_law", "mixing"],
        "batch_order": ["batch_bounds", "epoch_order"],
        "catalogue": ["CATALOGUE"],
        "columns": ["target_column"],
        "dataset": ["Dataset", "DatasetPair"],
        "file_state": ["FileState"],
        "handwriting": ["Preparation", "Stage", "prepare", "read_picture"],
        "mnist": ["load_mnist"],
        "reader": ["Reading"],
        "sources": ["dataset_names", "load_dataset", "verify_dataset"],
        "splitting": ["split"],
        "streams": ["SIZE_LIMIT", "opened"],
    },
)
