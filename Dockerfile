# syntax=docker/dockerfile:1
# Two stages: wheels are installed from the lock file in the first, only what runs goes into the second.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/orderdrop
WORKDIR /src
COPY locks/runtime.txt locks/build.txt ./locks/
RUN /opt/orderdrop/bin/pip install --require-hashes -r locks/runtime.txt \
 && python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r locks/build.txt
COPY pyproject.toml README.md ./
COPY src ./src
COPY mappings ./mappings
COPY samples ./samples
RUN /opt/build/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && /opt/orderdrop/bin/pip install --no-deps /tmp/wheel/*.whl

FROM python:3.11-slim
LABEL org.opencontainers.image.title="orderdrop" \
      org.opencontainers.image.description="Files that warehouses and merchants drop become orders that a tracking API has accepted"
RUN groupadd --system --gid 10001 orderdrop \
 && useradd --system --uid 10001 --gid orderdrop --home-dir /srv/orderdrop --create-home orderdrop
COPY --from=build /opt/orderdrop /opt/orderdrop
ENV PATH=/opt/orderdrop/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/orderdrop
RUN mkdir var mappings && chown orderdrop:orderdrop var
USER 10001:10001
VOLUME ["/srv/orderdrop/var"]
# The console, where the settings have one; they must let it listen on 0.0.0.0:8080.
EXPOSE 8080
# Healthy while the scheduler renews its lease in the ledger.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["orderdrop", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["orderdrop"]
CMD ["serve"]
