"""`make bench`: figures anyone can measure again, each beside its ceiling of the same run."""
