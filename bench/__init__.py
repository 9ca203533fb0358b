"""Every figure that the README quotes can be made again from here: `make bench`, or `make bench ARGS=web`."""
