# How a failure is told, and how several jobs at once end with the first of them that fails.

# A line `::failed KIND SUBJECT` says what it was about; what comes before it is the log.
fail() { # KIND SUBJECT [LAST LINE OF THE LOG]
  [ -z "${3:-}" ] || echo "$3"
  echo "::failed $1 $2"
  exit 1
}

await_all() { # NUMBER OF JOBS
  local job
  for ((job = 0; job < $1; job++)); do wait -n || exit 1; done
}
