module kindbox.dev/test/probe

go 1.21
