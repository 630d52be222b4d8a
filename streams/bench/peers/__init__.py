"""The same work on other engines, over the same topic, in the same run; `hubwatch bench peers`.

The work is *stage A*: read every record of a topic, decode and check its JSON, and keep for each
source its newest value, and for each place and minute of event time how many records it had, the
sum and the maximum of their values.
"""
