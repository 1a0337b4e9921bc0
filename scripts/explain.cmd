@python "%~dpn0.py" %*
