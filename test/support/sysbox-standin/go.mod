module kindbox/sysbox-standin

go 1.19
