@echo off
pushd "%~dp0"
if not exist course\actions\begin.py goto zip
for %%I in ("py -3" "python" "uv run --no-project --python 3.12 python") do (
  %%~I -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && (
    %%~I -I course\actions\begin.py %*
    goto end
  )
)
echo Install Python 3.11 or newer from https://www.python.org/downloads, then start this file again.
goto end
:zip
echo Unpack the zip first: right click, Extract All. Then start the file in the unpacked folder.
:end
pause
