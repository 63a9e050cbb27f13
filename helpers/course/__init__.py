"""The learner's session: the Lab object and the small modules it is a front for."""
