"""A destination that is made of answers."""

import httpx

HTML = {"Content-Type": "text/html; charset=utf-8"}


class Shop:
    """Gives its answers one after another, the last of them for ever; keeps the requests that came."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
