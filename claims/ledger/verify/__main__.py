"""`python -m claims.ledger.verify`: the command where the package is not installed."""

import sys

from claims.ledger.verify.command import main

sys.exit(main())
