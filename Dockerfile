# A service of saved runs. Build it, and give it a folder of runs and a token:
#     docker build --tag chainrule .
#     docker run --publish 127.0.0.1:8000:8000 --volume ./runs:/models:ro --volume ./token.txt:/token:ro \
#         chainrule /models/digits --host 0.0.0.0 --token-file /token

FROM python:3.12-slim AS build
WORKDIR /source
COPY requirements/serve.txt requirements/serve.txt
RUN python -m venv /opt/chainrule \
    && /opt/chainrule/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes \
        --requirement requirements/serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/chainrule/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 chainrule \
    && install --directory --owner chainrule /var/cache/chainrule
COPY --from=build /opt/chainrule /opt/chainrule
ENV PATH=/opt/chainrule/bin:$PATH \
    CHAINRULE_CACHE=/var/cache/chainrule \
    CHAINRULE_OFFLINE=1 \
    PYTHONUNBUFFERED=1
USER chainrule
EXPOSE 8000
# Kernels are compiled at the first start.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["chainrule", "serve"]
CMD ["/models/digits", "--host", "0.0.0.0", "--token-file", "/run/secrets/token"]
