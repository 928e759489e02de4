"""`python -m tests.fuzz --minutes 10 --seed 7 [--only csv]`: what `make audit` runs."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.fuzz.mutating import ENDINGS
from tests.fuzz.run import run


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=0, help="for each kind of file")
    options.add_argument("--inputs", type=int, default=0, help="files of each kind, at least")
    options.add_argument("--seed", type=int, help="one is made up unless it is given")
    options.add_argument("--first", type=int, default=0, help="the number of the first file")
    options.add_argument("--only", choices=ENDINGS, action="append")
    options.add_argument(
        "--findings", type=Path, default=Path(tempfile.gettempdir(), "wordkeeper-findings")
    )
    said = options.parse_args()
    seed = secrets.randbelow(10**9) if said.seed is None else said.seed
    print(f"seed {seed}", flush=True)
    outcomes = []
    for kind in said.only or ENDINGS:
        outcomes.append(
            run(
                kind,
                seed=seed,
                findings=said.findings,
                seconds=said.minutes * 60,
                inputs=said.inputs,
                first=said.first,
            )
        )
        print(outcomes[-1], flush=True)
    return int(any(outcome.findings for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
