module cp

go 1.22
