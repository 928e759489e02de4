FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin wordkeeper \
    && install --directory --owner wordkeeper --group wordkeeper --mode 700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    STATIC_ROOT=/app/collected \
    WORDKEEPER_DATA=/data
# The key that the settings make while building stays in the build's own folder and goes with it.
RUN WORDKEEPER_DATA=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build
USER wordkeeper
VOLUME /data
EXPOSE 8000
# All in one, on SQLite in /data; docker-compose.yml runs each part on its own instead.
CMD ["python", "manage.py", "up"]
