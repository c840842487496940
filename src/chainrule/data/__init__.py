"""Data: one record, `Dataset`, and the ways to make one."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.data.augmentation import Augmentation as Augmentation
    from chainrule.data.augmentation import augment as augment
    from chainrule.data.augmentation import augment_reference as augment_reference
    from chainrule.data.augmentation import mixup_partners as mixup_partners
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
    from chainrule.data.reader import ReadOptions as ReadOptions
    from chainrule.data.sources import dataset_names as dataset_names
    from chainrule.data.sources import load_dataset as load_dataset
    from chainrule.data.sources import verify_dataset as verify_dataset
    from chainrule.data.splitting import split as split
    from chainrule.data.untrusted_files import SIZE_LIMIT as SIZE_LIMIT
    from chainrule.data.untrusted_files import open_decompressed as open_decompressed

__all__ = [
    "CATALOGUE",
    "SIZE_LIMIT",
    "Augmentation",
    "Dataset",
    "DatasetPair",
    "FileState",
    "Preparation",
    "ReadOptions",
    "Stage",
    "augment",
    "augment_reference",
    "batch_bounds",
    "dataset_names",
    "epoch_order",
    "load_dataset",
    "load_mnist",
    "mixup_partners",
    "open_decompressed",
    "prepare",
    "read_picture",
    "split",
    "target_column",
    "verify_dataset",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "augmentation": ["Augmentation", "augment", "augment_reference", "mixup_partners"],
        "batch_order": ["batch_bounds", "epoch_order"],
        "catalogue": ["CATALOGUE"],
        "columns": ["target_column"],
        "dataset": ["Dataset", "DatasetPair"],
        "file_state": ["FileState"],
        "handwriting": ["Preparation", "Stage", "prepare", "read_picture"],
        "mnist": ["load_mnist"],
        "reader": ["ReadOptions"],
        "sources": ["dataset_names", "load_dataset", "verify_dataset"],
        "splitting": ["split"],
        "streams": ["SIZE_LIMIT", "open_decompressed"],
    },
)
