"""The worker: what the rows of jobs and messages ask for, done after the commit of their cause."""
