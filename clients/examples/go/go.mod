module gateway-example

go 1.19
