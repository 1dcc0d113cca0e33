module picture

go 1.18
