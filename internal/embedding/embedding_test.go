package embedding_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/embedding"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A set has the members that are watched.
type set struct {
	ID   string   `json:"id,omitempty"`
	List []string `json:"list,omitempty"`
	Date date     `json:"date,omitzero"`
}

type date struct{ time.Time }

type members map[string]any

const (
	id = iota + 1
	list
	dates
)

var (
	format = strictjson.NewFormat([]string{"id", "list", "date", "Both"}, strictjson.Types{
		Date:       reflect.TypeFor[date](),
		AppendDate: func(dst []byte, _ time.Time) ([]byte, error) { return append(dst, '1'), nil },
		ParseDate:  func([]byte) (time.Time, bool) { return time.Unix(1, 0), true },
	})
	finder = embedding.Finder{Format: format, Set: reflect.TypeFor[set](), Map: reflect.TypeFor[members]()}
)

// reads and writes itself.
type self struct{ Name string }

func (self) MarshalJSON() ([]byte, error)  { return []byte("{}"), nil }
func (*self) UnmarshalJSON(_ []byte) error { return nil }

type user struct{ *set }

// leads to itself.
type loop struct {
	*loop
	set
}

type (
	one   struct{ Both string }
	two   struct{ Both, Name string }
	three struct{ Name string }
)

func look(value any) *embedding.Struct { return finder.Look(format.Plan(reflect.TypeOf(value))) }

func TestLook(t *testing.T) {
	for name, tt := range map[string]struct {
		value any
		want  embedding.Struct
	}{
		"embedded":              {struct{ set }{}, embedding.Struct{}},
		"embedded by a pointer": {struct{ *set }{}, embedding.Struct{}},
		"further in":            {struct{ user }{}, embedding.Struct{}},
		"a loop":                {loop{loop: nil}, embedding.Struct{}},
		"no set":                {struct{ Name string }{}, embedding.Struct{}},
		"itself":                {set{}, embedding.Struct{}},
		"left out": {struct {
			Set set `json:"-"`
		}{}, embedding.Struct{}},
		"with a name":             {struct{ Set set }{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.Named}}},
		"with a name and pointer": {struct{ Set **set }{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.Named}}},
		"with a tag": {struct {
			set `json:"set"`
		}{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.Named}}},
		"the map": {struct{ members }{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.EmbeddedMap}}},
		"a clash": {struct {
			one
			two
		}{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.Clash, Name: "Both"}}},
		"a clash of another name": {struct {
			three
			two
		}{}, embedding.Struct{}},
		"the first mistake": {struct {
			members
			Set set
		}{}, embedding.Struct{Mistake: embedding.Mistake{Kind: embedding.EmbeddedMap}}},
		"another case": {struct{ Name, ID, List string }{}, embedding.Struct{WrongCase: "ID"}},
		"another case, with the tag": {struct {
			ID string `json:"ID"`
		}{}, embedding.Struct{}},
		"hidden": {struct {
			set
			ID int `json:"id"`
		}{}, embedding.Struct{Hidden: true}},
		"methods": {struct {
			set
			self
		}{}, embedding.Struct{Marshaler: "embedding_test.self", Reader: "embedding_test.self"}},
		"methods of a field": {struct{ A self }{}, embedding.Struct{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := look(tt.value)
			assert.Equal(t, tt.want.Mistake.Kind, s.Mistake.Kind)
			assert.Equal(t, tt.want.Mistake.Name, s.Mistake.Name)
			assert.Equal(t, tt.want.WrongCase, s.WrongCase)
			assert.Equal(t, tt.want.Hidden, s.Hidden)
			assert.Equal(t, tt.want.Marshaler, s.Marshaler)
			assert.Equal(t, tt.want.Reader, s.Reader)
		})
	}
	assert.Equal(t, "Set", look(struct{ Set set }{}).Mistake.Field.Name)
}

// The structs of a path are no set, whoever embeds them. The set is one wherever it is.
func TestSibling(t *testing.T) {
	path := reflect.TypeFor[set]().PkgPath()
	f := embedding.Finder{Format: finder.Format, Set: finder.Set, Map: finder.Map, Path: path}
	for v, want := range map[reflect.Type]string{
		reflect.TypeFor[three]():             "embedding_test.three",
		reflect.TypeFor[struct{ three }]():   "embedding_test.three",
		reflect.TypeFor[struct{ set }]():     "",
		reflect.TypeFor[struct{ A three }](): "",
		reflect.TypeFor[set]():               "",
	} {
		s := f.Look(f.Format.Plan(v))
		assert.Equal(t, want, s.Mistake.Name, v.String())
		assert.Equal(t, want != "", s.Mistake.Kind == embedding.Sibling, v.String())
	}
}

func TestLost(t *testing.T) {
	type hidden struct {
		set
		ID string `json:"id,omitempty"`
	}
	type inherits struct {
		set
		self
	}
	var none, written [5]uint32
	written[id], written[list], written[dates] = 1, 1, 1
	for name, tt := range map[string]struct {
		value    any
		byMethod bool
		want     int
	}{
		"nothing is set":              {hidden{}, false, 0},
		"a text":                      {hidden{set: set{ID: "a"}}, false, id},
		"an empty list":               {hidden{set: set{List: []string{}}}, false, 0},
		"a list":                      {hidden{set: set{List: []string{"a"}}}, false, list},
		"a zero date of another zone": {hidden{set: set{Date: date{time.Time{}.In(time.FixedZone("", 60))}}}, false, 0},
		"a date":                      {hidden{set: set{Date: date{time.Unix(1, 0)}}}, false, dates},
		"a field of its own":          {hidden{ID: "a"}, false, 0},
		"no set there":                {struct{ *set }{}, false, 0},
		"an inherited method":         {inherits{set: set{ID: "a"}}, true, id},
		"a method of its own":         {struct{ set }{set{ID: "a"}}, true, id},
		"a method of its own, and a field of its own": {struct {
			ID string `json:"id"`
		}{"a"}, true, 0},
		"an inherited method, and a field of its own": {struct {
			ID string `json:"id"`
			self
		}{"a", self{}}, true, id},
		"an inherited method, and an empty map": {struct {
			ID map[string]int `json:"id"`
			self
		}{map[string]int{}, self{}}, true, 0},
		"an inherited method, and a map": {struct {
			ID map[string]int `json:"id"`
			self
		}{map[string]int{"": 0}, self{}}, true, id},
	} {
		assert.Equal(t, tt.want, look(tt.value).Lost(reflect.ValueOf(tt.value), none[:], tt.byMethod), name)
		assert.Equal(t, 0, look(tt.value).Lost(reflect.ValueOf(tt.value), written[:], tt.byMethod), name)
	}
}

func TestUnread(t *testing.T) {
	type inherits struct {
		*set
		self
	}
	type own struct {
		ID string `json:"id"`
	}
	for name, tt := range map[string]struct {
		value any
		text  string
		want  int
	}{
		"nothing to read":    {inherits{}, `{"name":1}`, 0},
		"empty":              {inherits{}, `{"id":"","list":[],"date":null}`, 0},
		"not stored":         {inherits{}, `{"id":"a"}`, id},
		"an empty set":       {inherits{set: &set{}}, `{"id":"a"}`, id},
		"one that is stored": {inherits{set: &set{Date: date{time.Unix(1, 0)}}}, `{"id":"a"}`, 0},
		"its own field":      {own{}, `{"id":"a"}`, 0},
		"its own field, by an inherited method": {struct {
			own
			self
		}{}, `{"id":"a"}`, id},
	} {
		var d strictjson.Document
		require.True(t, d.ParseNumbered([]byte(tt.text), format))
		assert.Equal(t, tt.want, look(tt.value).Unread(reflect.ValueOf(tt.value), &d), name)
	}
}

func TestNested(t *testing.T) {
	type by struct {
		Value   struct{ set }
		Pointer **user
		Raw     json.RawMessage
		Self    struct {
			set
			self
		}
	}
	full := &user{&set{ID: "a"}}
	empty, none := &user{}, (*user)(nil)
	for name, tt := range map[string]struct {
		value any
		want  string
	}{
		"nothing":             {by{}, ""},
		"by value":            {by{Value: struct{ set }{set{ID: "a"}}}, "Value"},
		"another member":      {by{Value: struct{ set }{set{List: []string{"a"}}}}, ""},
		"behind two pointers": {by{Pointer: &full}, "Pointer"},
		"no set":              {by{Pointer: &empty}, ""},
		"no struct":           {by{Pointer: &none}, ""},
		"further in":          {struct{ by }{by{Pointer: &full}}, "Pointer"},
		"beside another set": {struct {
			set
			User *user
		}{User: full}, ""},
		"another struct": {struct{ Value struct{ three } }{struct{ three }{three{Name: "a"}}}, ""},
		"in one that writes itself": {by{Self: struct {
			set
			self
		}{set: set{ID: "a"}}}, ""},
	} {
		assert.Equal(t, tt.want, look(tt.value).Nested(reflect.ValueOf(tt.value), id), name)
	}
}
