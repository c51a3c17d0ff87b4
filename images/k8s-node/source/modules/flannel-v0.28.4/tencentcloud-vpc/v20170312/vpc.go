// Package v20170312 holds the place of Tencent Cloud's VPC client, which the Go module proxy does not serve.
// Flannel imports it for a backend that no kindbox cluster uses; it has to compile, and refuses every call.
package v20170312

import "errors"

var errAbsent = errors.New("this flannel was built without the Tencent VPC backend")

type Client struct{}

type Filter struct {
	Name   *string
	Values []*string
}

type Route struct {
	RouteId              *uint64
	DestinationCidrBlock *string
	GatewayType          *string
	GatewayId            *string
	RouteType            *string
	Enabled              *bool
}

type RouteTable struct {
	RouteTableId *string
	RouteSet     []*Route
}

type DescribeRouteTablesRequest struct{ Filters []*Filter }

type DescribeRouteTablesResponse struct {
	Response *struct{ RouteTableSet []*RouteTable }
}

type RoutesRequest struct {
	RouteTableId *string
	Routes       []*Route
}

type RoutesResponse struct{}

func NewClientWithSecretId(string, string, string) (*Client, error) { return nil, errAbsent }

func NewDescribeRouteTablesRequest() *DescribeRouteTablesRequest { return &DescribeRouteTablesRequest{} }
func NewDeleteRoutesRequest() *RoutesRequest                     { return &RoutesRequest{} }
func NewCreateRoutesRequest() *RoutesRequest                     { return &RoutesRequest{} }

func (*Client) DescribeRouteTables(*DescribeRouteTablesRequest) (*DescribeRouteTablesResponse, error) {
	return nil, errAbsent
}
func (*Client) DeleteRoutes(*RoutesRequest) (*RoutesResponse, error) { return nil, errAbsent }
func (*Client) CreateRoutes(*RoutesRequest) (*RoutesResponse, error) { return nil, errAbsent }
