{{/* Beginning of every object's name. */}}
{{- define "cartwright.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "cartwright.operator" -}}
{{ include "cartwright.fullname" . }}-operator
{{- end -}}

{{- define "cartwright.selectorLabels" -}}
app.kubernetes.io/name: cartwright-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cartwright.labels" -}}
{{ include "cartwright.selectorLabels" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: cartwright
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- define "cartwright.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "cartwright.operator" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Takes [image's values, the chart's version]. */}}
{{- define "cartwright.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default (index . 1) $image.tag }}
{{- end -}}
{{- end -}}

{{/* Where `helm test` has its CartCluster. */}}
{{- define "cartwright.testNamespace" -}}
{{- if .Values.test.namespace -}}
{{- .Values.test.namespace -}}
{{- else if and .Values.watchNamespaces (not (has .Release.Namespace .Values.watchNamespaces)) -}}
{{- first .Values.watchNamespaces -}}
{{- else -}}
{{- .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* A CartCluster's name begins with a letter and has at most 40 characters. */}}
{{- define "cartwright.testCartCluster" -}}
{{- default (printf "test-%s" (include "cartwright.fullname" . | trunc 35 | trimSuffix "-")) .Values.test.cartCluster -}}
{{- end -}}
