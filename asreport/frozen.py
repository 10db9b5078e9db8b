"""What every piece of policy is: checked when it is made, and never changed afterwards."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Policy(BaseModel):
    """A frozen definition. A key that it does not know, or a value of another type, is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
