# reviewgap: does code review keep up with generation?
#   docker build -t reviewgap .
#   docker run --rm -p 127.0.0.1:8501:8501 -v "$PWD:/repo:ro" -v reviewgap:/data reviewgap
FROM python:3.12-slim-bookworm AS build

WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY analyzers ./analyzers
COPY dashboard ./dashboard
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps .

FROM python:3.12-slim-bookworm

LABEL org.opencontainers.image.title="reviewgap" \
      org.opencontainers.image.description="Does code review keep up with generation?" \
      org.opencontainers.image.licenses="MIT"

# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home reviewgap \
 && mkdir /data && chown reviewgap /data

COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REVIEWGAP_STORE=/data

USER reviewgap
WORKDIR /home/reviewgap
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
  CMD ["python", "-P", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
ENTRYPOINT ["reviewgap"]
CMD ["dashboard", "/repo", "--host", "0.0.0.0", "--no-browser"]
