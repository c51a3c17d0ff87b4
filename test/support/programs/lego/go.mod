module kindbox.dev/test-programs/lego

go 1.26.0

require github.com/go-acme/lego/v4 v4.33.0
