package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	tries       = 3
	perTry      = 10 * time.Second
	longestWait = 60 // seconds
)

// Gateway is what a shop needs of the gateway: requests that end in time, are sent again, and fail in one way.
type Gateway struct {
	url    string
	apiKey string
	client http.Client
}

// GatewayError is a request that failed. Decide by Code, and by Status where you do not know the code.
// Two codes are of this file: NO_ANSWER, with status 0, and UNEXPECTED_ANSWER, which something else on the way gave.
type GatewayError struct {
	Status    int
	Code      string
	Message   string
	Fields    []Field
	RequestID string
}

// Field is a part of a request that breaks a rule.
type Field struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

func (e *GatewayError) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message)
}

// NewGateway makes a client of the gateway at a URL.
func NewGateway(url, apiKey string) *Gateway {
	// A redirect is not followed: it would turn a POST into a GET.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Gateway{strings.TrimSuffix(url, "/"), apiKey, http.Client{Timeout: perTry, CheckRedirect: stay}}
}

// Get reads what a path answers into a struct.
func (g *Gateway) Get(ctx context.Context, path string, into any) error {
	_, err := g.send(ctx, http.MethodGet, path, nil, "", into)
	return err
}

// Post sends a body. Under the same key, the same request is done once, however often it is sent.
func (g *Gateway) Post(ctx context.Context, path string, body any, idempotencyKey string, into any) (replayed bool, err error) {
	return g.send(ctx, http.MethodPost, path, body, idempotencyKey, into)
}

// Query runs a query; Mutate, a mutation.
func (g *Gateway) Query(ctx context.Context, document string, variables, into any) error {
	return g.Mutate(ctx, document, variables, "", into)
}

// Mutate runs a mutation.
func (g *Gateway) Mutate(ctx context.Context, document string, variables any, idempotencyKey string, into any) error {
	body := map[string]any{"query": document, "variables": variables}
	answer := struct {
		Data any `json:"data"`
	}{into}
	_, err := g.send(ctx, http.MethodPost, "/graphql", body, idempotencyKey, &answer)
	return err
}

func (g *Gateway) send(ctx context.Context, method, path string, body any, key string, into any) (replayed bool, err error) {
	var sent []byte
	if body != nil {
		if sent, err = json.Marshal(body); err != nil {
			return false, err
		}
	}
	for try := 1; ; try++ {
		request, err := g.request(ctx, method, path, sent, key)
		if err != nil {
			return false, err
		}
		response, text, failure := g.sendOnce(request)
		status, told := 0, ""
		if failure == nil {
			status, told = statusOf(response, text), response.Header.Get("Retry-After")
		}
		wait, isFinal := secondsToWait(status, told, try)
		isFinal = isFinal || try == tries
		if !isFinal && wait > longestWait {
			log.Printf("try %d of %d: %s, given up: told to wait %d s", try, tries, reasonOf(status), wait)
			isFinal = true
		}
		if isFinal {
			if failure != nil {
				return false, &GatewayError{Code: "NO_ANSWER", Message: "no answer came"}
			}
			return response.Header.Get("Idempotent-Replayed") == "true", read(response, text, into)
		}
		log.Printf("try %d of %d: %s, again in %d s", try, tries, reasonOf(status), wait)
		select {
		case <-time.After(time.Duration(wait) * time.Second):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

func (g *Gateway) request(ctx context.Context, method, path string, body []byte, key string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, g.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	// The key in a header: URLs stand in logs.
	request.Header.Set("Authorization", "Bearer "+g.apiKey)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return request, nil
}

// sendOnce gives an answer with the whole of its body, or a failure and no answer.
func (g *Gateway) sendOnce(request *http.Request) (*http.Response, []byte, error) {
	response, err := g.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, err
	}
	return response, text, nil
}

// secondsToWait tells how long to wait before the next try, or that the answer is final.
func secondsToWait(status int, told string, try int) (seconds uint64, isFinal bool) {
	switch status {
	case 0, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	case http.StatusConflict:
		// Without the header this is a conflict that stays; with it, the first request with this key still runs.
		if told == "" {
			return 0, true
		}
	default:
		return 0, true
	}
	seconds, err := strconv.ParseUint(told, 10, 64)
	// Of a number that is too large, the largest one is given.
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return seconds, false
	}
	return uint64(try), false
}

func reasonOf(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strconv.Itoa(status)
}

// statusOf gives the status of an answer. GraphQL answers 200 where an operation fails; the status that REST would have
// is in the error.
func statusOf(response *http.Response, text []byte) int {
	var failed struct {
		Errors []struct {
			Extensions problem `json:"extensions"`
		} `json:"errors"`
	}
	if json.Unmarshal(text, &failed) == nil && len(failed.Errors) > 0 && failed.Errors[0].Extensions.Status != 0 {
		return failed.Errors[0].Extensions.Status
	}
	return response.StatusCode
}

type problem struct {
	Status    int     `json:"status"`
	Code      string  `json:"code"`
	Message   string  `json:"message"`
	Fields    []Field `json:"fields"`
	RequestID string  `json:"requestId"`
}

// read puts a good answer into a struct. Members that it does not have are left out: they may come at any time.
func read(response *http.Response, text []byte, into any) error {
	var failed struct {
		Error  *problem `json:"error"`
		Errors []struct {
			Message    string  `json:"message"`
			Extensions problem `json:"extensions"`
		} `json:"errors"`
	}
	unexpected := &GatewayError{Status: response.StatusCode, Code: "UNEXPECTED_ANSWER", Message: "not an answer of the gateway"}
	if json.Unmarshal(text, &failed) != nil {
		// A proxy on the way, or no gateway at all.
		return unexpected
	}
	if failed.Error != nil {
		failed.Error.Status = response.StatusCode
		return errorOf(*failed.Error)
	}
	if len(failed.Errors) > 0 {
		first := failed.Errors[0]
		first.Extensions.Message = first.Message
		first.Extensions.Status = statusOf(response, text)
		return errorOf(first.Extensions)
	}
	if response.StatusCode != http.StatusOK || json.Unmarshal(text, into) != nil {
		return unexpected
	}
	return nil
}

func errorOf(p problem) error {
	return &GatewayError{p.Status, p.Code, p.Message, p.Fields, p.RequestID}
}
