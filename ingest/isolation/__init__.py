"""Files read in processes of their own, that can be stopped and have nothing to lose (ADR 0010).

`reader` is what ingestion calls. It keeps a `zygote`: a small process that has loaded the
readers' libraries once, and forks a `child` for each file. They speak by the forms of `wire`.
"""
