"""What an author runs: manuscripts in `src/lessons` become the notebooks a learner opens."""
