"""The checks and their count: one line each, details of those that failed below it."""


class Checks:
    def __init__(self):
        self.passed = self.failed = 0
        self.skipped = []

    def of(self, name):
        """A function that takes what is checked, whether it holds, and what to show if it does not."""

        def check(what, holds, detail=""):
            if holds:
                self.passed += 1
                print(f"ok      {name}: {what}", flush=True)
            else:
                self.failed += 1
                print(f"FAILED  {name}: {what}", flush=True)
                for line in str(detail).splitlines()[:40]:
                    print(f"        {line}", flush=True)

        return check

    def skip(self, name, reason):
        self.skipped.append(f"SKIPPED {name} ({reason})")

    def summary(self):
        print(", ".join([f"{self.passed} passed", f"{self.failed} failed", *self.skipped]), flush=True)
        return 1 if self.failed else 0
