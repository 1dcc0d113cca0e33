"""The exceptions of vbg. Each is a vbg.Error and the built-in exception that fits."""

from typing import ClassVar


class Error(Exception):
    """Everything that vbg raises by itself.

    `code` is the kind's short name, the same in C++, C and Python. The text says what, on which object, got,
    wanted, and how to fix it.

    >>> import vbg
    >>> try:
    ...     vbg.Effect("blurr")
    ... except vbg.Error as error:
    ...     print(error.code, isinstance(error, LookupError))
    not_found True
    """

    code: ClassVar[str] = "internal"


class InvalidArgumentError(Error, ValueError):
    """A value of the wrong size or range, or an array of the wrong shape."""

    code = "invalid_argument"


class ArgumentTypeError(Error, TypeError):
    """An object of the wrong type, an array of the wrong dtype, or an unknown option."""

    code = "invalid_argument"


class ArrayAccessError(Error, BufferError):
    """An array that may not be used in that way: read-only memory as `out`."""

    code = "invalid_argument"


class UnsupportedFormatError(Error, ValueError):
    """A pixel format that this stage does not take."""

    code = "unsupported_format"


class StateError(Error, RuntimeError):
    """Called too early or too late, or while a run() is going on."""

    code = "wrong_state"


class NotFoundError(Error, LookupError, FileNotFoundError):
    """No such stage, file, model or device."""

    code = "not_found"


class IoError(Error, OSError):
    """Reading or writing failed; `errno` says why, where a system call failed."""

    code = "io"


class DeviceError(Error, OSError):
    """Camera, virtual camera or GPU; `errno` says why, where a system call failed."""

    code = "device"


class ModelError(Error, RuntimeError):
    """A network file that is broken, has no description, or gave nonsense."""

    code = "model"


class OutOfMemoryError(Error, MemoryError):
    """No memory of that size."""

    code = "out_of_memory"


class NotBuiltError(Error, NotImplementedError):
    """This build lacks the part; the text names the CMake option."""

    code = "not_built"


class InternalError(Error, RuntimeError):
    """A mistake in vbg itself."""

    code = "internal"
