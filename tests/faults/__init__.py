"""The desk at work while its processes, servers, wires, disk and clock break: nothing is lost.

`wire`, `ground` and `desk` are what can be broken, `breakage` and `messages` what breaks them,
`load` what goes on meanwhile, `losses` what is asked afterwards. Signals, sockets, files and clocks
are real ones.
"""
