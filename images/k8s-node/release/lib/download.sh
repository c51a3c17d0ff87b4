# Downloads by checksum: a file is kept in the cache under the checksum that was published for it, so that what is there
# need not be downloaded again, and what broke off goes on where it was.

curl_quietly=(curl --silent --show-error --fail --location --connect-timeout 20 --speed-limit 1 --speed-time 60
  --retry 2 --retry-delay 1)
attempts=3
cannot_resume=33

# Fails with curl's exit code, and leaves its message in $message; ends the job when there is no such file.
http_get() { # URL CURL_ARGUMENT...
  local url=$1 code status=0 log
  shift
  log=$(mktemp)
  # By stdin: a mirror's address may hold a password, and argv is everybody's to read.
  code=$(printf 'url = "%s"\n' "$url" | "${curl_quietly[@]}" --config - --stderr "$log" --write-out '%{http_code}' "$@") || status=$?
  message=$(tail -n 1 "$log")
  rm "$log"
  case $status,$code in
    *,404 | *,410) fail missing "$url" ;;
    *,416) return $cannot_resume ;;
    *) return $status ;;
  esac
}

# Lists of one file have its checksum alone or with a name, lists of many may be signed.
published_checksum() { # LIST FILE_NAME
  awk -v name="$2" '
    $1 ~ /^[0-9a-f]+$/ && length($1) == 64 {
      file = $2; sub(/^\*/, "", file); sub(/.*\//, "", file)
      if (file == name || NF == 1) { print $1; exit }
    }' "$1"
}

has_checksum() { # FILE CHECKSUM
  [ "$(sha256sum < "$1" | cut -d' ' -f1)" = "$2" ]
}

# Goes on with what is there; a connection that breaks off is not the end.
get_rest() { # URL PART
  local attempt status
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    status=0
    http_get "$1" --continue-at - --output "$2" || status=$?
    [ $status -ne 0 ] || return 0
    [ $status -ne $cannot_resume ] || rm -f "$2"
  done
  fail download "$1" "$message"
}

download() { # URL CHECKSUM FILE
  local url=$1 checksum=$2 part=$3.part resumed=
  [ ! -f "$part" ] || resumed=yes
  get_rest "$url" "$part"
  if [ -n "$resumed" ] && ! has_checksum "$part" "$checksum"; then
    # What an earlier run left may be of another file.
    rm "$part"
    get_rest "$url" "$part"
  fi
  has_checksum "$part" "$checksum" || { rm "$part"; fail checksum "$url"; }
  mv "$part" "$3"
}

unpack() { # FILE NAME ROOT MEMBER=TARGET...: a program that is no archive has an empty MEMBER
  local file=$1 name=$2 root=$3 folder pair
  shift 3
  folder=$(mktemp -d)
  case $name in
    *.tgz | *.tar.gz) tar --extract --gzip --file "$file" --directory "$folder" --no-same-owner ;;
  esac
  for pair in "$@"; do
    if [ -n "${pair%%=*}" ]; then file=$folder/${pair%%=*}; fi
    install -D -m 755 "$file" "$root/${pair#*=}"
  done
  rm -r "$folder"
}

fetch() { # URL CHECKSUMS_URL NAME ROOT MEMBER=TARGET...
  local url=$1 checksums=$2 name=$3 root=$4 list checksum file
  shift 4
  list=$(mktemp)
  http_get "$checksums" --output "$list" || fail download "$checksums" "$message"
  checksum=$(published_checksum "$list" "$name")
  rm "$list"
  [ -n "$checksum" ] || fail unlisted "$checksums"
  file=$cache/downloads/$checksum
  if [ -f "$file" ] && has_checksum "$file" "$checksum"; then
    touch "$file"
  else
    download "$url" "$checksum" "$file"
  fi
  unpack "$file" "$name" "$root" "$@"
  echo "downloaded $name"
}
