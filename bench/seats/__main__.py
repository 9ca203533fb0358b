"""`python -m bench.seats`"""

from bench.seats import main

main()
