"""The desk at work while its processes, servers, wires, disk and clock break: nothing is lost.

`wire` and `desk` are the parts that can be broken, `breakage` is what breaks them, `load` what goes
on meanwhile, `losses` what is asked afterwards. Signals, sockets, files and clocks are real ones.
"""
