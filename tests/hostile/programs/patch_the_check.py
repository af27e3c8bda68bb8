# What it tries: Replace the course's own check, assess and observe in the running process.
import course
import course.assess
import course.check
import course.observe

course.check = lambda name: 2.0
course.assess.assess = lambda *args, **kwargs: 1 / 0
course.observe.observe = lambda *args: {"result": 1.0, "score": 1.0, "passed": True}
course.assess.Report.score = 1.0
course.assess.Report.points = 1000.0
