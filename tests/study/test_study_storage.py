"""Where the driver of a database is missing, the package is named that has it."""

from __future__ import annotations

import pytest

from chainrule.errors import MissingLibraryError
from chainrule.study.study_storage import _translate


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("psycopg", "'chainrule[database]'"),
        ("psycopg2", "psycopg2-binary"),
        ("MySQLdb", "mysqlclient"),
        ("pymysql", "pymysql"),
    ],
)
def test_the_package_of_a_missing_driver(module: str, package: str) -> None:
    error = _translate("db", ImportError("none", name=module))
    assert isinstance(error, MissingLibraryError)
    assert error.remedy == f"Install it with: pip install {package}"
