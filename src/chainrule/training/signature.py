"""Signatures of certificates, by the keys and the program of OpenSSH.

A certificate holds digests of all that a run is, and a signature says who vouches for them. It is
in the file certificate.json.sig, in the format of `ssh-keygen -Y sign` with the namespace
"chainrule", so that it can be checked without chainrule as well.

Source: OpenSSH, PROTOCOL.sshsig, and the manual page of ssh-keygen, "-Y sign" and "-Y verify".
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from chainrule.errors import FileError, InputError, IntegrityError, MissingLibraryError
from chainrule.storage import read_bytes, write_atomically

__all__ = ["SIGNATURE", "certificate_signer", "require_signing_key", "sign_certificate"]

SIGNATURE = "certificate.json.sig"
_CERTIFICATE = "certificate.json"
_NAMESPACE = "chainrule"


def require_signing_key(key: str | Path) -> None:
    """Refuse a key that cannot sign, before a training begins.

    Raises: InputError, FileError; MissingLibraryError without the program.
    """
    _sign(key, b"")


def sign_certificate(folder: str | Path, key: str | Path) -> Path:
    """Sign the certificate of a run.

    Args:
        folder: of the run, which has ended.
        key: the file of a private key of OpenSSH, or of a public one whose private key an agent
            holds.

    Returns: the file of the signature.
    Raises: InputError for a key that cannot sign, FileError; MissingLibraryError without the
        program ssh-keygen.
    """
    signature = _sign(key, read_bytes(Path(folder) / _CERTIFICATE))
    path = Path(folder) / SIGNATURE
    write_atomically(path, signature)
    return path


def _sign(key: str | Path, content: bytes) -> bytes:
    if not Path(key).is_file():
        raise FileError(str(key), expected="the file of a key", got="none", argument="sign")
    done = _run("sign", "-f", str(key), content=content)
    if done.returncode:
        raise InputError(
            str(key),
            expected="a key with which ssh-keygen can sign",
            got=_last_line(done.stderr),
            remedy="Make one with: ssh-keygen -t ed25519 -f KEY",
            argument="sign",
            value=str(key),
        )
    return done.stdout


def certificate_signer(folder: str | Path, signers: str | Path) -> str:
    """Return who signed the certificate of a run.

    Args:
        folder: of the run.
        signers: a file of names with their public keys, as ssh-keygen(1) describes under ALLOWED
            SIGNERS: a line each, such as "teacher@example.org ssh-ed25519 AAAA…".

    Raises: IntegrityError for a certificate that is not signed, whose signature does not fit it, or
        that somebody else signed; FileError; MissingLibraryError without the program ssh-keygen.
    """
    content = read_bytes(Path(folder) / _CERTIFICATE)
    path = Path(folder) / SIGNATURE
    read_bytes(signers)
    if not path.exists():
        raise IntegrityError(str(path), expected="the signature of the certificate", got="none")
    given = ("-f", str(signers), "-s", str(path))
    found = _run("find-principals", *given)
    names = found.stdout.decode(errors="replace").split()
    if found.returncode or not names:
        raise IntegrityError(
            str(path),
            expected=f"a signature by one of those in {signers}",
            got=f"another: {_last_line(found.stderr)}",
        )
    done = _run("verify", *given, "-I", names[0], content=content)
    if done.returncode:
        raise IntegrityError(
            str(path),
            expected=f"the signature by {names[0]} of this certificate",
            got=f"one that does not fit: {_last_line(done.stdout + done.stderr)}",
        )
    return names[0]


def _run(action: str, *given: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise MissingLibraryError(
            "ssh-keygen",
            expected="the program of OpenSSH that signs and checks",
            got="none on the path",
            remedy="Install OpenSSH, or leave --sign and --signer out",
        )
    words = [program, "-Y", action, *given, "-n", _NAMESPACE]
    if action == "find-principals":
        words = words[:-2]
    return subprocess.run(words, input=content, capture_output=True, check=False)


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "nothing"
