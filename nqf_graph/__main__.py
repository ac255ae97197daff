"""`python -m nqf_graph` is the `nqf` command."""

from nqf_graph.cli import main

if __name__ == "__main__":
    main()
