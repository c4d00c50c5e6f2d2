# syntax=docker/dockerfile:1
# The image of one replica: Python, the pinned packages and the bot, run by a user without rights on a root file system
# that may be read-only. What it writes goes to /var/lib/linli.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/linli
WORKDIR /src
COPY requirements.txt ./
RUN /opt/linli/bin/pip install --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY scheduler scheduler
COPY simulator simulator
COPY storage storage
# pip goes last: nothing installs anything in a running container.
RUN /opt/linli/bin/pip install --no-deps . \
    && /opt/linli/bin/python -m pip uninstall --yes pip

FROM python:${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Linli" \
      org.opencontainers.image.description="The resident assistant that a community runs in a chat bot" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The font is for posters (`linli qr`). The numeric user can be named where only numbers count as "not root".
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes pip \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin linli \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/linli /var/lib/linli/media
COPY --from=build /opt/linli /opt/linli
ENV PATH=/opt/linli/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    LINLI_DATABASE_URL=sqlite:////var/lib/linli/linli.sqlite3 \
    LINLI_MEDIA_PATH=/var/lib/linli/media \
    LINLI_BACKUP_PATH=/var/lib/linli/backups \
    LINLI_LOG_FORMAT=json \
    LINLI_HTTP_LISTEN=0.0.0.0:8080
USER 10001:10001
WORKDIR /var/lib/linli
VOLUME /var/lib/linli
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["linli"]
CMD ["run"]
