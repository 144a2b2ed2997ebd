#!/bin/sh
# Turns the dashboard's files into one C file that embeds each as it is and as gzip makes it.
#   embed-dashboard.sh WEB-FOLDER WORK-FOLDER OUTPUT.c
# The output depends on nothing but the files: no times, no names of the machine's users.
set -eu
web=$1 work=$2 output=$3

# Every file but hidden ones, in the order of its bytes, as this script's arguments.
newline='
'
IFS=$newline
set -f
# shellcheck disable=SC2046  # split at newlines is what is wanted
set -- $(cd "$web" && find . -type f ! -path '*/.*' | sed 's|^\./||' | LC_ALL=C sort)

media_type() {
    case $1 in
        *.html) echo 'text/html; charset=utf-8' ;;
        *.js) echo 'text/javascript; charset=utf-8' ;;
        *.css) echo 'text/css; charset=utf-8' ;;
        *.svg) echo 'image/svg+xml' ;;
        *) echo "embed-dashboard.sh: $1 has no known media type; add it here" >&2; exit 1 ;;
    esac
}

mkdir -p "$work"
draft=$work/draft
{
    echo '// Made by Plugins/embed-dashboard.sh from web/; a change here is lost at the next build.'
    echo '#include "CDashboard.h"'
    echo '#pragma clang diagnostic ignored "-Wc23-extensions"'
} > "$draft"

number=0
for file; do
    gzip -9nc "$web/$file" > "$work/$number.gz"
    printf 'static const unsigned char plain_%d[] = {\n#embed "%s"\n};\n' "$number" "$web/$file" >> "$draft"
    printf 'static const unsigned char gzip_%d[] = {\n#embed "%s"\n};\n' "$number" "$work/$number.gz" >> "$draft"
    number=$((number + 1))
done

echo 'static const struct nodepilot_asset assets[] = {' >> "$draft"
number=0
for file; do
    type=$(media_type "$file")
    printf '    {"%s", "%s", plain_%d, sizeof plain_%d, gzip_%d, sizeof gzip_%d},\n' \
        "$file" "$type" "$number" "$number" "$number" "$number" >> "$draft"
    number=$((number + 1))
done
{
    echo '};'
    echo 'const struct nodepilot_asset *nodepilot_assets(void) { return assets; }'
    echo 'unsigned long nodepilot_asset_count(void) { return sizeof assets / sizeof assets[0]; }'
} >> "$draft"
mv "$draft" "$output"
