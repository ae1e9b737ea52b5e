"""How a file is cut into parts."""

from dataclasses import dataclass

from upload_diag.errors import UsageError

__all__ = ["MAX_PARTS", "MIN_PART_SIZE", "Part", "Plan"]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
MIN_PART_SIZE = 5 * 1024 * 1024  # but for the last part
MAX_PART_SIZE = 5 * 1024 * 1024 * 1024
MAX_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the file: `size` bytes from `offset`; numbers begin at 1."""

    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All parts of a file of `size` bytes; an empty file is one empty part."""

    size: int
    part_size: int

    @classmethod
    def of(cls, size: int, part_size: int) -> "Plan":
        """The plan with at least this part size that S3 accepts.

        Raises:
            UsageError: the file is larger than an object can be.
        """
        needed = -(-size // MAX_PARTS)
        if needed > MAX_PART_SIZE:
            raise UsageError(f"the file has {size} bytes; {MAX_PARTS} parts hold {MAX_PARTS * MAX_PART_SIZE} at most.")
        return cls(size, min(max(part_size, needed), MAX_PART_SIZE))

    @property
    def count(self) -> int:
        return max(1, -(-self.size // self.part_size))

    def part(self, number: int) -> Part:
        offset = (number - 1) * self.part_size
        return Part(number, offset, min(self.part_size, self.size - offset))

    def larger(self) -> "Plan | None":
        """The plan to take when the store finds parts too small; None when they have S3's own minimum already."""
        return Plan.of(self.size, MIN_PART_SIZE) if self.part_size < MIN_PART_SIZE else None
