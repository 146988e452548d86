"""Small platforms for the demo, the tests and the benchmarks: each speaks its source's wire format

both ways, as the real one does, with faults on request.
"""
