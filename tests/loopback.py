"""HTTP to the stand-ins on loopback: httpx, but without the certificates, which take longer to load than a call takes."""

from functools import partial

import httpx

get = partial(httpx.get, verify=False)
post = partial(httpx.post, verify=False)
put = partial(httpx.put, verify=False)
request = partial(httpx.request, verify=False)
Client = partial(httpx.Client, verify=False)
