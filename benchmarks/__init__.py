"""How fast Modwatch is: ratios against baselines measured in the same run (docs/performance.md)."""
