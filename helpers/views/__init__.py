"""Pictures of what happened: pure functions and values, as HTML and as plain text."""

from helpers.views.decision_picture import decision_view as decision_view
from helpers.views.least_picture import least_policy as least_policy
from helpers.views.queue_picture import queue_view as queue_view
from helpers.views.stream_picture import stream_view as stream_view
