{{- define "coset.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "coset.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "coset.labels" -}}
{{ include "coset.selector" . }}
app.kubernetes.io/component: scheduler
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "coset.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- /* The KubeSchedulerConfiguration: what is given, with the lease and the profile of the scheduler's name. */}}
{{- define "coset.configuration" -}}
{{- $lease := dict "leaderElect" true "resourceName" (include "coset.name" .) "resourceNamespace" .Release.Namespace }}
{{- $given := deepCopy .Values.configuration }}
{{- $profiles := $given.profiles | default (list (dict "schedulerName" .Values.schedulerName)) }}
{{- $names := list }}
{{- range $profiles }}{{ $names = append $names .schedulerName }}{{ end }}
{{- if not (has .Values.schedulerName $names) }}
{{- fail (printf "configuration.profiles: none of them has the schedulerName %s" .Values.schedulerName) }}
{{- end }}
{{- $own := dict "apiVersion" "kubescheduler.config.k8s.io/v1" "kind" "KubeSchedulerConfiguration" }}
{{- $_ := set $own "leaderElection" $lease }}
{{- $_ := set $own "profiles" $profiles }}
{{- merge $own $given | toYaml }}
{{- end }}
