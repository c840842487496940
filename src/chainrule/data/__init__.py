"""Data sets: the record `Dataset`, and the readers that make one.

`load_dataset` reads MNIST, a published set by its name, or a user's own tables and images; `split`
holds a part out. Pictures of handwriting have a door of their own, `chainrule.data.handwriting`.
"""

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
    from chainrule.data.content_limits import CONTENT as CONTENT
    from chainrule.data.content_limits import allow_content as allow_content
    from chainrule.data.content_limits import content_limit as content_limit
    from chainrule.data.dataset import Dataset as Dataset
    from chainrule.data.dataset import DatasetPair as DatasetPair
    from chainrule.data.file_state import FileState as FileState
    from chainrule.data.folds import FOLDS as FOLDS
    from chainrule.data.folds import DatasetFold as DatasetFold
    from chainrule.data.folds import split_folds as split_folds
    from chainrule.data.image_assembly import array_schema as array_schema
    from chainrule.data.numpy_files import read_npy_stream as read_npy_stream
    from chainrule.data.picture_formats import is_picture_file as is_picture_file
    from chainrule.data.preparing import as_table as as_table
    from chainrule.data.preparing import count_inputs as count_inputs
    from chainrule.data.preparing import prepare_dataset as prepare_dataset
    from chainrule.data.reader import ReadOptions as ReadOptions
    from chainrule.data.scaling import Scaling as Scaling
    from chainrule.data.sources import dataset_names as dataset_names
    from chainrule.data.sources import load_dataset as load_dataset
    from chainrule.data.sources import read_table as read_table
    from chainrule.data.sources import verify_dataset as verify_dataset
    from chainrule.data.splitting import split as split
    from chainrule.data.untrusted_files import open_archive as open_archive
    from chainrule.data.untrusted_files import open_decompressed as open_decompressed
    from chainrule.data.untrusted_files import open_member as open_member
    from chainrule.data.untrusted_files import read_stream as read_stream
    from chainrule.data.untrusted_files import stored_size as stored_size
    from chainrule.data.untrusted_files import translate_errors as translate_errors

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "augmentation": "Augmentation augment augment_reference mixup_partners",
        "batch_order": "batch_bounds epoch_order",
        "catalogue": "CATALOGUE",
        "content_limits": "CONTENT allow_content content_limit",
        "dataset": "Dataset DatasetPair",
        "file_state": "FileState",
        "folds": "FOLDS DatasetFold split_folds",
        "image_assembly": "array_schema",
        "numpy_files": "read_npy_stream",
        "picture_formats": "is_picture_file",
        "preparing": "as_table count_inputs prepare_dataset",
        "reader": "ReadOptions",
        "scaling": "Scaling",
        "sources": "dataset_names load_dataset read_table verify_dataset",
        "splitting": "split",
        "untrusted_files": "open_archive open_decompressed open_member read_stream stored_size "
        "translate_errors",
    },
)
