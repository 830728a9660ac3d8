package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	resourceapi "k8s.io/api/resource/v1"
	"k8s.io/dynamic-resource-allocation/cel"
)

// celQuestion is an expression and the device that it is asked about.
type celQuestion struct {
	Expression string              `json:"expression"`
	Driver     string              `json:"driver"`
	Device     *resourceapi.Device `json:"device"`
}

// celAnswer is what the reference says: a value with its cost, or why there is none.
type celAnswer struct {
	Value        *bool   `json:"value,omitempty"`
	Cost         *uint64 `json:"cost,omitempty"`
	CompileError string  `json:"compileError,omitempty"`
	RuntimeError string  `json:"runtimeError,omitempty"`
}

// answerCEL reads one question a line and writes one answer a line, with the features of the default gates.
func answerCEL(in io.Reader, out io.Writer) {
	compiler := cel.GetCompiler(cel.Features{EnableConsumableCapacity: true})
	lines := json.NewDecoder(bufio.NewReader(in))
	for lines.More() {
		question := celQuestion{}
		if err := lines.Decode(&question); err != nil {
			fail(err)
		}
		encode(out, ask(compiler.CompileCELExpression(question.Expression, cel.Options{DisableCostEstimation: true}), question))
	}
}

func ask(compiled cel.CompilationResult, question celQuestion) celAnswer {
	if compiled.Error != nil {
		return celAnswer{CompileError: compiled.Error.Error()}
	}
	device := cel.Device{Driver: question.Driver}
	if question.Device != nil {
		device.AllowMultipleAllocations = question.Device.AllowMultipleAllocations
		device.Attributes = question.Device.Attributes
		device.Capacity = question.Device.Capacity
	}
	matches, details, err := compiled.DeviceMatches(context.Background(), device)
	answer := celAnswer{}
	if details != nil {
		answer.Cost = details.ActualCost()
	}
	if err != nil {
		answer.RuntimeError = err.Error()
	} else {
		answer.Value = &matches
	}
	return answer
}
