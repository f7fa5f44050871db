"""The things Modwatch is measured against."""
