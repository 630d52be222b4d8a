"""A synthetic hub with a ground truth: one model of its crowd, seen by every sensor of the site.

Read it as the data comes about: `ordinary` and `scenario` (what the site files say), `timetable`,
`passengers` and `checks` (one day of the hub, minute by minute), `lines`, `traffic`, `water` and
`energy` (the rest of the world), `instruments` (what a sensor says of it), `reporting` and
`sending` (when, and how damaged), `simulation` (all of it in order), `truth` (what a correct
platform must make of it).
"""
