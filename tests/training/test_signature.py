"""Certificates are signed and checked by ssh-keygen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import FileError, InputError, IntegrityError, MissingLibraryError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import resume, train
from chainrule.training.run_folder import RunFolder
from chainrule.training.signature import (
    SIGNATURE,
    certificate_signer,
    require_signing_key,
    sign_certificate,
)
from chainrule.training.verification import verify

needs_program = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


def make_key(folder: Path, name: str) -> Path:
    """A new key; its line for the file of signers is in the file NAME.signers."""
    key = folder / name
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(words, check=True)
    kind, public = key.with_suffix(".pub").read_text().split()[:2]
    (folder / f"{name}.signers").write_text(f"{name}@example.org {kind} {public}\n")
    return key


@pytest.fixture
def run(network: Network, three: Dataset, recipe: Recipe, tmp_path: Path) -> Path:
    """A run of one epoch."""
    train(network, three, recipe.replaced(epochs=1), folder=tmp_path / "run")
    return tmp_path / "run"


@needs_program
def test_who_signed_is_known(run: Path, three: Dataset, tmp_path: Path) -> None:
    key = make_key(tmp_path, "ada")
    assert sign_certificate(run, key) == run / SIGNATURE
    assert certificate_signer(run, tmp_path / "ada.signers") == "ada@example.org"
    found = verify(run, three, signers=tmp_path / "ada.signers")
    assert found.holds
    assert found.signer == "ada@example.org"
    assert verify(run, three).signer == ""


@needs_program
def test_a_run_that_is_not_signed_or_by_another_does_not_hold(
    run: Path, three: Dataset, tmp_path: Path
) -> None:
    key = make_key(tmp_path, "ada")
    make_key(tmp_path, "eve")
    with pytest.raises(IntegrityError, match="the signature of the certificate, got none"):
        certificate_signer(run, tmp_path / "ada.signers")
    sign_certificate(run, key)
    found = verify(run, three, signers=tmp_path / "eve.signers")
    assert not found.holds
    assert f"{SIGNATURE}: expected a signature by one of those in" in found.difference
    assert found.signer == ""


@needs_program
def test_a_signature_does_not_fit_another_certificate(run: Path, tmp_path: Path) -> None:
    sign_certificate(run, make_key(tmp_path, "ada"))
    path = run / "certificate.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(IntegrityError, match=r"by ada@example\.org of this cert"):
        certificate_signer(run, tmp_path / "ada.signers")


@needs_program
def test_a_run_that_goes_on_loses_its_signature(run: Path, three: Dataset, tmp_path: Path) -> None:
    sign_certificate(run, make_key(tmp_path, "ada"))
    resume(run, three)  # it has ended: the certificate is the same
    assert certificate_signer(run, tmp_path / "ada.signers") == "ada@example.org"
    path = run / "run.json"
    path.write_text(path.read_text().replace('"epochs": 1', '"epochs": 2'))
    resume(run, three)
    assert not RunFolder(run).has(SIGNATURE)


@needs_program
def test_a_key_that_cannot_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected the file of a key, got none"):
        require_signing_key(tmp_path / "none")
    (tmp_path / "text").write_text("no key")
    with pytest.raises(InputError, match=r"ssh-keygen can sign, got .*Make one"):
        require_signing_key(tmp_path / "text")
    require_signing_key(make_key(tmp_path, "ada"))


def test_without_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingLibraryError) as caught:
        require_signing_key(tmp_path / "key")
    assert str(caught.value) == (
        "ssh-keygen: expected the program of OpenSSH that signs and checks, got none on the path. "
        "Install OpenSSH, or leave --sign and --signer out."
    )


def test_a_program_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ssh-keygen"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(InputError, match="can sign, got nothing"):
        require_signing_key(program)
