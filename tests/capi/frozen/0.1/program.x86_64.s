	.file	"program.c"
	.text
	.p2align 4
	.type	on_destroy, @function
on_destroy:
	addl	$1, destroyed(%rip)
	ret
	.size	on_destroy, .-on_destroy
	.p2align 4
	.type	on_open, @function
on_open:
	movq	.LC0(%rip), %rax
	movl	$8, 12(%rsi)
	movq	%rax, 4(%rsi)
	movq	.LC1(%rip), %rax
	movq	%rax, 32(%rsi)
	xorl	%eax, %eax
	ret
	.size	on_open, .-on_open
	.p2align 4
	.type	on_length, @function
on_length:
	movl	$5, %eax
	ret
	.size	on_length, .-on_length
	.p2align 4
	.type	on_progress, @function
on_progress:
	addl	$1, (%rdi)
	xorl	%eax, %eax
	ret
	.size	on_progress, .-on_progress
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC2:
	.string	"program.c:%d: %s\n"
	.text
	.p2align 4
	.type	fail, @function
fail:
	pushq	%rbp
	movl	$1000, %esi
	pushq	%rbx
	movl	%edi, %ebx
	subq	$1016, %rsp
	movq	%rsp, %rbp
	movq	%rbp, %rdi
	call	vbg_error_message@PLT
	movq	stderr@GOTPCREL(%rip), %rax
	movq	%rbp, %rcx
	movl	%ebx, %edx
	leaq	.LC2(%rip), %rsi
	movq	(%rax), %rdi
	xorl	%eax, %eax
	call	fprintf@PLT
	movl	$1, %edi
	call	exit@PLT
	.size	fail, .-fail
	.p2align 4
	.type	on_write, @function
on_write:
	movq	16(%rsi), %rax
	movzwl	45(%rax), %edx
	cmpb	$7, (%rax)
	movw	%dx, last_written(%rip)
	movzbl	47(%rax), %edx
	movb	%dl, 2+last_written(%rip)
	jne	.L13
	addl	$1, written(%rip)
	xorl	%eax, %eax
	ret
.L13:
	pushq	%rax
	movl	$89, %edi
	call	fail
	.size	on_write, .-on_write
	.p2align 4
	.type	on_sink_open, @function
on_sink_open:
	movabsq	$34359738384, %rax
	cmpq	%rax, 8(%rsi)
	jne	.L15
	movsd	.LC1(%rip), %xmm0
	ucomisd	32(%rsi), %xmm0
	jp	.L15
	jne	.L15
	addl	$1, opened(%rip)
	xorl	%eax, %eax
	ret
.L15:
	pushq	%rax
	movl	$82, %edi
	call	fail
	.size	on_sink_open, .-on_sink_open
	.p2align 4
	.type	on_read, @function
on_read:
	testl	%esi, %esi
	js	.L21
	cmpl	$16, 8(%rdx)
	jne	.L21
	movl	(%rcx), %eax
	testl	%eax, %eax
	jne	.L21
	movslq	read_frames(%rip), %rax
	cmpl	$5, %eax
	je	.L27
	leal	1(%rax), %ecx
	leaq	camera(%rip), %rdi
	movq	%rax, 104(%rdx)
	xorl	%eax, %eax
	movq	%rdi, 16(%rdx)
	movl	%ecx, read_frames(%rip)
	ret
	.p2align 4,,10
	.p2align 3
.L27:
	movl	$2, (%rcx)
	xorl	%eax, %eax
	ret
.L21:
	subq	$8, %rsp
	movl	$66, %edi
	call	fail
	.size	on_read, .-on_read
	.p2align 4
	.type	on_configure, @function
on_configure:
	leaq	segmented(%rip), %rax
	subq	$8, %rsp
	cmpq	%rdi, %rax
	jne	.L29
	movabsq	$34359738384, %rax
	cmpq	%rax, 8(%rsi)
	jne	.L29
	cmpl	$2, 4(%rsi)
	jne	.L29
	cmpl	$39, (%rsi)
	jbe	.L33
	addl	$1, configured(%rip)
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
.L29:
	movl	$33, %edi
	call	fail
.L33:
	movl	$34, %edi
	call	fail
	.size	on_configure, .-on_configure
	.p2align 4
	.type	on_segment, @function
on_segment:
	leaq	segmented(%rip), %rax
	subq	$8, %rsp
	cmpq	%rdi, %rax
	jne	.L35
	cmpl	$16, 8(%rsi)
	jne	.L35
	cmpl	$8, 12(%rdx)
	jne	.L35
	cmpl	$1, 4(%rdx)
	jne	.L35
	testq	%rcx, %rcx
	je	.L40
	movl	(%r8), %eax
	testl	%eax, %eax
	jne	.L43
.L40:
	xorl	%ecx, %ecx
	.p2align 4,,10
	.p2align 3
.L38:
	movq	24(%rdx), %rax
	imulq	%rcx, %rax
	addq	$1, %rcx
	addq	16(%rdx), %rax
	movq	$-1, (%rax)
	movq	$0, 8(%rax)
	cmpq	$8, %rcx
	jne	.L38
	addl	$1, segmented(%rip)
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
.L35:
	movl	$41, %edi
	call	fail
.L43:
	movl	$42, %edi
	call	fail
	.size	on_segment, .-on_segment
	.section	.rodata.str1.1
.LC3:
	.string	"my_camera"
.LC4:
	.string	"halves"
.LC5:
	.string	"my_screen"
.LC6:
	.string	"color:value=#0a0b0c"
.LC7:
	.string	"color:value=#010203"
.LC11:
	.string	"segmenter halves"
	.text
	.p2align 4
	.type	run_pipeline, @function
run_pipeline:
	pushq	%r14
	pxor	%xmm0, %xmm0
	leaq	on_read(%rip), %rdx
	leaq	on_open(%rip), %rcx
	pushq	%r13
	leaq	on_configure(%rip), %rax
	movq	%rdx, %xmm3
	leaq	on_length(%rip), %rdx
	pushq	%r12
	pushq	%rbp
	pushq	%rbx
	subq	$1392, %rsp
	movups	%xmm0, 68(%rsp)
	leaq	16(%rsp), %rsi
	movups	%xmm0, 292(%rsp)
	movups	%xmm0, 212(%rsp)
	movups	%xmm0, 228(%rsp)
	movups	%xmm0, 276(%rsp)
	movups	%xmm0, 80(%rsp)
	movups	%xmm0, 304(%rsp)
	movups	%xmm0, 116(%rsp)
	movups	%xmm0, 132(%rsp)
	movq	%rcx, %xmm0
	leaq	on_sink_open(%rip), %rcx
	punpcklqdq	%xmm3, %xmm0
	movq	%rax, 72(%rsp)
	leaq	on_destroy(%rip), %rax
	movq	%rax, %xmm4
	movups	%xmm0, 216(%rsp)
	movq	%rdx, %xmm0
	leaq	on_write(%rip), %rdx
	punpcklqdq	%xmm4, %xmm0
	movq	%rdx, %xmm5
	leaq	camera(%rip), %rdx
	movq	%rax, 96(%rsp)
	movq	%rax, 320(%rsp)
	movq	%rdx, %rdi
	movabsq	$506381209866536711, %rax
	movups	%xmm0, 248(%rsp)
	movq	%rcx, %xmm0
	movl	$48, %ecx
	rep stosq
	punpcklqdq	%xmm5, %xmm0
	movl	$1, %edi
	movl	$40, 64(%rsp)
	movl	$0, 244(%rsp)
	movl	$56, 208(%rsp)
	movl	$56, 272(%rsp)
	movl	$0, 148(%rsp)
	movl	$40, 112(%rsp)
	movups	%xmm0, 280(%rsp)
	call	vbg_pipeline_create@PLT
	testl	%eax, %eax
	jne	.L105
	xorl	%edx, %edx
	leaq	32(%rsp), %rcx
	leaq	208(%rsp), %rsi
	leaq	.LC3(%rip), %rdi
	call	vbg_source_create_custom@PLT
	testl	%eax, %eax
	jne	.L106
	leaq	64(%rsp), %rdx
	subq	$8, %rsp
	xorl	%ecx, %ecx
	xorl	%r8d, %r8d
	leaq	32(%rsp), %rax
	leaq	on_segment(%rip), %rsi
	pushq	%rax
	leaq	segmented(%rip), %r9
	leaq	.LC4(%rip), %rdi
	call	vbg_segmenter_create_custom@PLT
	popq	%rcx
	popq	%rsi
	testl	%eax, %eax
	jne	.L107
	xorl	%edx, %edx
	leaq	40(%rsp), %rcx
	leaq	272(%rsp), %rsi
	leaq	.LC5(%rip), %rdi
	call	vbg_sink_create_custom@PLT
	testl	%eax, %eax
	jne	.L108
	movq	32(%rsp), %rsi
	movq	16(%rsp), %rdi
	call	vbg_pipeline_take_source@PLT
	testl	%eax, %eax
	jne	.L109
	movq	24(%rsp), %rsi
	movq	16(%rsp), %rdi
	call	vbg_pipeline_take_segmenter@PLT
	testl	%eax, %eax
	jne	.L110
	movq	40(%rsp), %rsi
	movq	16(%rsp), %rdi
	call	vbg_pipeline_take_sink@PLT
	testl	%eax, %eax
	jne	.L111
	movq	40(%rsp), %rdi
	call	vbg_sink_close@PLT
	cmpl	$1, %eax
	jne	.L112
	movq	16(%rsp), %rdi
	leaq	.LC6(%rip), %rsi
	call	vbg_pipeline_add_background@PLT
	testl	%eax, %eax
	jne	.L113
	movq	16(%rsp), %rdi
	leaq	.LC7(%rip), %rsi
	call	vbg_pipeline_set_card@PLT
	testl	%eax, %eax
	jne	.L114
	movq	16(%rsp), %rdi
	xorl	%esi, %esi
	call	vbg_pipeline_set_sync@PLT
	testl	%eax, %eax
	jne	.L115
	movq	16(%rsp), %rdi
	xorl	%esi, %esi
	call	vbg_pipeline_set_on_failure@PLT
	testl	%eax, %eax
	jne	.L116
	movq	16(%rsp), %rdi
	xorl	%esi, %esi
	call	vbg_pipeline_set_show@PLT
	testl	%eax, %eax
	jne	.L117
	movq	.LC8(%rip), %rax
	leaq	112(%rsp), %rbx
	movq	16(%rsp), %rdi
	movl	$1000, 120(%rsp)
	movq	%rbx, %rsi
	movq	%rax, 144(%rsp)
	call	vbg_pipeline_set_live@PLT
	testl	%eax, %eax
	jne	.L118
	movq	.LC9(%rip), %rax
	movq	16(%rsp), %rdi
	movq	%rbx, %rsi
	movq	%rax, 136(%rsp)
	call	vbg_pipeline_set_live@PLT
	cmpl	$1, %eax
	jne	.L119
	movq	16(%rsp), %rdi
	call	vbg_pipeline_open@PLT
	testl	%eax, %eax
	jne	.L120
	movq	16(%rsp), %rdi
	xorl	%esi, %esi
	leaq	progressed(%rip), %rcx
	leaq	on_progress(%rip), %rdx
	call	vbg_pipeline_run@PLT
	testl	%eax, %eax
	jne	.L121
	movl	configured(%rip), %edx
	testl	%edx, %edx
	jle	.L62
	movl	opened(%rip), %eax
	testl	%eax, %eax
	jle	.L62
	cmpl	$5, segmented(%rip)
	jne	.L62
	cmpl	$5, written(%rip)
	jne	.L62
	cmpl	$5, progressed(%rip)
	jne	.L64
	cmpb	$12, last_written(%rip)
	jne	.L64
	cmpb	$11, 1+last_written(%rip)
	jne	.L64
	cmpb	$10, 2+last_written(%rip)
	jne	.L64
	xorl	%eax, %eax
	leaq	472(%rsp), %rdi
	movl	$16, %ecx
	movq	$0, 468(%rsp)
	movq	$0, 592(%rsp)
	leaq	464(%rsp), %rsi
	movabsq	$6822926354353708719, %rbx
	rep stosq
	movq	16(%rsp), %rdi
	movq	%rbx, 600(%rsp)
	movl	$136, 464(%rsp)
	call	vbg_pipeline_stats@PLT
	testl	%eax, %eax
	jne	.L122
	cmpq	%rbx, 600(%rsp)
	jne	.L67
	cmpl	$136, 464(%rsp)
	jne	.L67
	cmpq	$5, 480(%rsp)
	jne	.L67
	cmpq	$5, 504(%rsp)
	jne	.L69
	cmpq	$0, 536(%rsp)
	jne	.L69
	cmpl	$2, 468(%rsp)
	jbe	.L123
	xorl	%eax, %eax
	movl	$97, %ecx
	leaq	608(%rsp), %rdi
	movabsq	$6822926354353708719, %rbx
	rep stosq
	movq	16(%rsp), %rdi
	leaq	12(%rsp), %rcx
	leaq	608(%rsp), %rsi
	movl	$8, %edx
	movq	%rbx, 1376(%rsp)
	movl	$0, 12(%rsp)
	movl	$96, 608(%rsp)
	movl	$96, 704(%rsp)
	movl	$96, 800(%rsp)
	movl	$96, 896(%rsp)
	movl	$96, 992(%rsp)
	movl	$96, 1088(%rsp)
	movl	$96, 1184(%rsp)
	movl	$96, 1280(%rsp)
	call	vbg_pipeline_stage_times@PLT
	movl	%eax, %r12d
	testl	%eax, %eax
	jne	.L124
	cmpq	%rbx, 1376(%rsp)
	jne	.L73
	movl	12(%rsp), %r13d
	cmpl	%r13d, 468(%rsp)
	jne	.L73
	leaq	616(%rsp), %rbx
	xorl	%ebp, %ebp
	leaq	.LC11(%rip), %r14
	testl	%r13d, %r13d
	jne	.L79
	jmp	.L75
	.p2align 4,,10
	.p2align 3
.L125:
	cmpl	%r13d, %ebp
	jnb	.L97
.L79:
	movsd	72(%rbx), %xmm0
	movsd	80(%rbx), %xmm1
	comisd	%xmm0, %xmm1
	jb	.L76
	pxor	%xmm2, %xmm2
	comisd	%xmm2, %xmm0
	jb	.L76
	movq	%rbx, %rdi
	movq	%r14, %rsi
	call	strcmp@PLT
	cmpl	$1, %eax
	adcl	$0, %r12d
	addl	$1, %ebp
	addq	$96, %rbx
	cmpl	$8, %ebp
	jne	.L125
.L97:
	cmpl	$1, %r12d
	jne	.L75
	movq	16(%rsp), %rdi
	pxor	%xmm0, %xmm0
	movabsq	$6822926354353708719, %rbx
	leaq	160(%rsp), %rsi
	movl	$0, 196(%rsp)
	movl	$40, 160(%rsp)
	movq	%rbx, 200(%rsp)
	movups	%xmm0, 164(%rsp)
	movups	%xmm0, 180(%rsp)
	call	vbg_pipeline_output_spec@PLT
	testl	%eax, %eax
	jne	.L126
	cmpq	%rbx, 200(%rsp)
	jne	.L83
	movabsq	$34359738384, %rax
	cmpq	%rax, 168(%rsp)
	jne	.L83
	movsd	.LC1(%rip), %xmm0
	ucomisd	192(%rsp), %xmm0
	jp	.L83
	jne	.L83
	xorl	%eax, %eax
	leaq	344(%rsp), %rdi
	movl	$13, %ecx
	movq	$0, 340(%rsp)
	movq	$0, 440(%rsp)
	leaq	48(%rsp), %rsi
	rep stosq
	movq	%rbx, 448(%rsp)
	movl	$112, 336(%rsp)
	movq	16(%rsp), %rdi
	call	vbg_pipeline_last_frame@PLT
	testl	%eax, %eax
	jne	.L127
	movq	48(%rsp), %rdi
	leaq	336(%rsp), %rsi
	call	vbg_frame_get_view@PLT
	testl	%eax, %eax
	jne	.L128
	cmpq	%rbx, 448(%rsp)
	jne	.L88
	cmpl	$2, 340(%rsp)
	jne	.L88
	cmpl	$16, 344(%rsp)
	jne	.L88
	movq	352(%rsp), %rcx
	movq	(%rcx), %rdx
	movq	8(%rcx), %rax
	xorq	camera(%rip), %rdx
	xorq	8+camera(%rip), %rax
	orq	%rdx, %rax
	je	.L129
.L90:
	movl	$178, %edi
	call	fail
.L129:
	movq	16+camera(%rip), %rax
	cmpq	%rax, 16(%rcx)
	jne	.L90
	movq	48(%rsp), %rdi
	call	vbg_frame_destroy@PLT
	movq	16(%rsp), %rdi
	leaq	56(%rsp), %rsi
	call	vbg_pipeline_last_failure@PLT
	testl	%eax, %eax
	jne	.L93
	movq	56(%rsp), %rdi
	cmpb	$0, (%rdi)
	jne	.L93
	call	vbg_text_destroy@PLT
	movq	16(%rsp), %rdi
	call	vbg_pipeline_destroy@PLT
	cmpl	$3, destroyed(%rip)
	jne	.L130
	addq	$1392, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	ret
.L76:
	movl	$165, %edi
	call	fail
.L62:
	movl	$145, %edi
	call	fail
.L64:
	movl	$146, %edi
	call	fail
.L67:
	movl	$150, %edi
	call	fail
.L88:
	movl	$177, %edi
	call	fail
.L83:
	movl	$172, %edi
	call	fail
.L73:
	movl	$163, %edi
	call	fail
.L69:
	movl	$151, %edi
	call	fail
.L93:
	movl	$181, %edi
	call	fail
.L120:
	movl	$143, %edi
	call	fail
.L105:
	movl	$124, %edi
	call	fail
.L121:
	movl	$144, %edi
	call	fail
.L128:
	movl	$176, %edi
	call	fail
.L124:
	movl	$162, %edi
	call	fail
.L123:
	movl	$152, %edi
	call	fail
.L127:
	movl	$175, %edi
	call	fail
.L75:
	movl	$168, %edi
	call	fail
.L126:
	movl	$171, %edi
	call	fail
.L130:
	movl	$184, %edi
	call	fail
.L122:
	movl	$149, %edi
	call	fail
.L119:
	movl	$141, %edi
	call	fail
.L118:
	movl	$139, %edi
	call	fail
.L117:
	movl	$136, %edi
	call	fail
.L116:
	movl	$135, %edi
	call	fail
.L115:
	movl	$134, %edi
	call	fail
.L114:
	movl	$133, %edi
	call	fail
.L113:
	movl	$132, %edi
	call	fail
.L112:
	movl	$131, %edi
	call	fail
.L111:
	movl	$130, %edi
	call	fail
.L110:
	movl	$129, %edi
	call	fail
.L109:
	movl	$128, %edi
	call	fail
.L108:
	movl	$127, %edi
	call	fail
.L107:
	movl	$126, %edi
	call	fail
.L106:
	movl	$125, %edi
	call	fail
	.size	run_pipeline, .-run_pipeline
	.section	.rodata.str1.1
.LC15:
	.string	"dilate:size=3"
.LC17:
	.string	"color:value=#ff0000"
	.text
	.p2align 4
	.type	use_stages, @function
use_stages:
	pushq	%r13
	movl	$11, %ecx
	pxor	%xmm0, %xmm0
	movl	$1, %esi
	movabsq	$6822926354353708719, %rax
	pushq	%r12
	movabsq	$8589934704, %rdx
	pushq	%rbp
	pushq	%rbx
	leaq	b.0(%rip), %rbx
	subq	$408, %rsp
	movb	$-1, 53+a.1(%rip)
	movq	%rax, 168(%rsp)
	leaq	200(%rsp), %rdi
	xorl	%eax, %eax
	rep stosq
	leaq	312(%rsp), %rdi
	movl	$11, %ecx
	movups	%xmm0, 36(%rsp)
	rep stosq
	movq	.LC14(%rip), %rax
	movups	%xmm0, 84(%rsp)
	leaq	.LC15(%rip), %rdi
	movq	%rdx, 288(%rsp)
	movq	%rax, 88(%rsp)
	movq	%rax, 40(%rsp)
	movabsq	$34359738384, %rax
	movq	%rax, 296(%rsp)
	movq	%rax, 184(%rsp)
	leaq	camera(%rip), %rax
	movq	%rax, 192(%rsp)
	leaq	out.2(%rip), %rax
	movq	%rdx, 176(%rsp)
	movq	%rsp, %rdx
	movq	%rax, 304(%rsp)
	leaq	a.1(%rip), %rax
	movups	%xmm0, 52(%rsp)
	movups	%xmm0, 100(%rsp)
	movl	$0, 164(%rsp)
	movl	$40, 128(%rsp)
	movl	$0, 68(%rsp)
	movl	$40, 32(%rsp)
	movl	$0, 116(%rsp)
	movl	$40, 80(%rsp)
	movq	%rax, 48(%rsp)
	movq	%rbx, 96(%rsp)
	movups	%xmm0, 132(%rsp)
	movups	%xmm0, 148(%rsp)
	call	vbg_mask_filter_create@PLT
	testl	%eax, %eax
	jne	.L151
	leaq	80(%rsp), %r12
	leaq	32(%rsp), %r13
	movq	(%rsp), %rdi
	leaq	176(%rsp), %rbp
	movq	%r12, %rcx
	movq	%r13, %rdx
	movq	%rbp, %rsi
	call	vbg_mask_filter_apply@PLT
	testl	%eax, %eax
	jne	.L152
	pxor	%xmm1, %xmm1
	pcmpeqd	%xmm6, %xmm6
	pxor	%xmm4, %xmm4
	movq	%rbx, %rax
	movdqa	.LC16(%rip), %xmm7
	leaq	128(%rbx), %rdx
	pxor	%xmm3, %xmm3
	.p2align 4,,10
	.p2align 3
.L134:
	movdqa	%xmm6, %xmm0
	addq	$16, %rax
	pcmpeqb	-16(%rax), %xmm0
	pand	%xmm7, %xmm0
	movdqa	%xmm0, %xmm2
	punpckhbw	%xmm4, %xmm0
	punpcklbw	%xmm4, %xmm2
	movdqa	%xmm2, %xmm5
	punpckhwd	%xmm3, %xmm2
	punpcklwd	%xmm3, %xmm5
	paddd	%xmm5, %xmm1
	paddd	%xmm2, %xmm1
	movdqa	%xmm0, %xmm2
	punpckhwd	%xmm3, %xmm0
	punpcklwd	%xmm3, %xmm2
	paddd	%xmm2, %xmm1
	paddd	%xmm0, %xmm1
	cmpq	%rax, %rdx
	jne	.L134
	movdqa	%xmm1, %xmm0
	psrldq	$8, %xmm0
	paddd	%xmm0, %xmm1
	movdqa	%xmm1, %xmm0
	psrldq	$4, %xmm0
	paddd	%xmm0, %xmm1
	movd	%xmm1, %eax
	cmpl	$9, %eax
	jne	.L135
	movzbl	36+b.0(%rip), %eax
	andb	70+b.0(%rip), %al
	cmpb	$-1, %al
	jne	.L135
	leaq	288(%rsp), %rbx
	movq	(%rsp), %rdi
	movq	%r13, %rdx
	movq	%rbp, %rsi
	movq	%rbx, %rcx
	call	vbg_effect_apply@PLT
	cmpl	$1, %eax
	jne	.L153
	movq	(%rsp), %rdi
	call	vbg_mask_filter_destroy@PLT
	movq	(%rsp), %rdi
	movq	%r12, %rcx
	movq	%r13, %rdx
	movq	%rbp, %rsi
	call	vbg_mask_filter_apply@PLT
	cmpl	$1, %eax
	jne	.L154
	leaq	8(%rsp), %rdx
	movl	$1, %esi
	leaq	.LC17(%rip), %rdi
	call	vbg_effect_create@PLT
	testl	%eax, %eax
	jne	.L155
	movq	8(%rsp), %rdi
	xorl	%edx, %edx
	movq	%rbx, %rcx
	movq	%rbp, %rsi
	call	vbg_effect_apply@PLT
	testl	%eax, %eax
	jne	.L156
	xorl	%edi, %edi
	leaq	16(%rsp), %rdx
	movl	$1, %esi
	call	vbg_compositor_create@PLT
	testl	%eax, %eax
	jne	.L157
	movq	16(%rsp), %rdi
	movq	%rbx, %r8
	movq	%rbx, %rcx
	movq	%r12, %rdx
	movq	%rbp, %rsi
	call	vbg_compositor_compose@PLT
	testl	%eax, %eax
	jne	.L158
	cmpb	$-1, 2+out.2(%rip)
	jne	.L143
	cmpb	$0, out.2(%rip)
	jne	.L143
	cmpb	$7, 159+out.2(%rip)
	jne	.L143
	cmpb	$7, 161+out.2(%rip)
	jne	.L143
	movq	16(%rsp), %rdi
	call	vbg_compositor_destroy@PLT
	movq	8(%rsp), %rdi
	call	vbg_effect_destroy@PLT
	leaq	24(%rsp), %rcx
	movl	$2, %edx
	movl	$8, %esi
	movl	$16, %edi
	call	vbg_mask_create@PLT
	testl	%eax, %eax
	jne	.L159
	movq	24(%rsp), %rdi
	leaq	128(%rsp), %rsi
	call	vbg_mask_get_view@PLT
	testl	%eax, %eax
	jne	.L160
	movabsq	$6822926354353708719, %rax
	cmpq	%rax, 168(%rsp)
	jne	.L147
	cmpl	$2, 132(%rsp)
	jne	.L147
	cmpq	$63, 152(%rsp)
	jle	.L147
	movq	24(%rsp), %rdi
	call	vbg_mask_destroy@PLT
	addq	$408, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	ret
.L151:
	movl	$203, %edi
	call	fail
.L147:
	movl	$225, %edi
	call	fail
.L160:
	movl	$224, %edi
	call	fail
.L159:
	movl	$223, %edi
	call	fail
.L143:
	movl	$218, %edi
	call	fail
.L158:
	movl	$217, %edi
	call	fail
.L157:
	movl	$216, %edi
	call	fail
.L156:
	movl	$215, %edi
	call	fail
.L155:
	movl	$214, %edi
	call	fail
.L154:
	movl	$210, %edi
	call	fail
.L153:
	movl	$208, %edi
	call	fail
.L135:
	movl	$207, %edi
	call	fail
.L152:
	movl	$204, %edi
	call	fail
	.size	use_stages, .-use_stages
	.section	.rodata.str1.1
.LC18:
	.string	"/nowhere/at/all"
.LC19:
	.string	"dilate"
.LC20:
	.string	"size"
.LC22:
	.string	"fakecam"
.LC23:
	.string	"bodypix"
.LC24:
	.string	"selfie-general"
.LC25:
	.string	"null"
.LC26:
	.string	"a, b.png"
.LC27:
	.string	"path"
.LC28:
	.string	"image:fit=cover"
.LC29:
	.string	"fit=cover"
.LC30:
	.string	"no-such-model"
.LC31:
	.string	"no_such_effect"
.LC32:
	.string	"the tape is torn"
.LC33:
	.string	"not_built"
.LC34:
	.string	"hello"
	.text
	.p2align 4
	.type	ask, @function
ask:
	pushq	%r15
	pxor	%xmm0, %xmm0
	movl	$1, %edi
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbp
	leaq	.LC19(%rip), %rbp
	pushq	%rbx
	movq	%rbp, %rsi
	movabsq	$6822926354353708719, %rbx
	subq	$488, %rsp
	leaq	128(%rsp), %r13
	movups	%xmm0, 36(%rsp)
	movq	%r13, %rdx
	movups	%xmm0, 148(%rsp)
	movups	%xmm0, 356(%rsp)
	movl	$48, 128(%rsp)
	movq	%rbx, 176(%rsp)
	movl	$0, 468(%rsp)
	movl	$72, 400(%rsp)
	movq	%rbx, 472(%rsp)
	movl	$0, 308(%rsp)
	movl	$56, 256(%rsp)
	movq	%rbx, 312(%rsp)
	movl	$64, 320(%rsp)
	movq	%rbx, 384(%rsp)
	movups	%xmm0, 132(%rsp)
	movups	%xmm0, 160(%rsp)
	movups	%xmm0, 404(%rsp)
	movups	%xmm0, 420(%rsp)
	movups	%xmm0, 436(%rsp)
	movups	%xmm0, 452(%rsp)
	movups	%xmm0, 260(%rsp)
	movups	%xmm0, 276(%rsp)
	movups	%xmm0, 292(%rsp)
	movups	%xmm0, 324(%rsp)
	movups	%xmm0, 340(%rsp)
	movups	%xmm0, 368(%rsp)
	movups	%xmm0, 48(%rsp)
	movl	$32, 32(%rsp)
	movq	%rbx, 64(%rsp)
	movl	$0, 116(%rsp)
	movl	$40, 80(%rsp)
	movq	%rbx, 120(%rsp)
	movups	%xmm0, 84(%rsp)
	movups	%xmm0, 100(%rsp)
	call	vbg_stage_find@PLT
	testl	%eax, %eax
	jne	.L212
	cmpq	%rbx, 176(%rsp)
	jne	.L163
	cmpl	$1, 132(%rsp)
	jne	.L163
	movl	172(%rsp), %ecx
	testl	%ecx, %ecx
	je	.L163
	movq	136(%rsp), %rdi
	movq	%rbp, %rsi
	call	strcmp@PLT
	testl	%eax, %eax
	jne	.L165
	movq	152(%rsp), %rax
	cmpb	$0, (%rax)
	jne	.L165
	xorl	%edx, %edx
	leaq	400(%rsp), %rcx
	movq	%rbp, %rsi
	movl	$1, %edi
	call	vbg_stage_get_parameter@PLT
	testl	%eax, %eax
	jne	.L213
	cmpq	%rbx, 472(%rsp)
	jne	.L168
	movq	408(%rsp), %rdi
	leaq	.LC20(%rip), %rsi
	call	strcmp@PLT
	testl	%eax, %eax
	jne	.L168
	movl	404(%rsp), %edx
	testl	%edx, %edx
	jne	.L170
	movsd	448(%rsp), %xmm0
	comisd	.LC21(%rip), %xmm0
	jb	.L170
	movq	424(%rsp), %rax
	cmpb	$0, (%rax)
	je	.L170
	leaq	256(%rsp), %rsi
	leaq	.LC22(%rip), %rdi
	call	vbg_preset_find@PLT
	testl	%eax, %eax
	jne	.L214
	movabsq	$6822926354353708719, %rbp
	cmpq	%rbp, 312(%rsp)
	jne	.L174
	movq	280(%rsp), %rdi
	leaq	.LC23(%rip), %rsi
	call	strstr@PLT
	testq	%rax, %rax
	je	.L174
	leaq	.LC24(%rip), %rbx
	leaq	320(%rsp), %rsi
	movq	%rbx, %rdi
	call	vbg_model_find@PLT
	testl	%eax, %eax
	jne	.L215
	cmpq	%rbp, 384(%rsp)
	jne	.L177
	movl	324(%rsp), %eax
	testl	%eax, %eax
	je	.L177
	movq	328(%rsp), %rdi
	movq	%rbx, %rsi
	call	strcmp@PLT
	testl	%eax, %eax
	jne	.L177
	xorl	%esi, %esi
	leaq	32(%rsp), %rdx
	movq	%rbx, %rdi
	call	vbg_model_get_file@PLT
	testl	%eax, %eax
	jne	.L216
	movabsq	$6822926354353708719, %rbp
	cmpq	%rbp, 64(%rsp)
	jne	.L180
	movq	40(%rsp), %rax
	cmpb	$0, (%rax)
	je	.L180
	leaq	.LC25(%rip), %r15
	leaq	8(%rsp), %rsi
	movl	$-1, 4(%rsp)
	movq	%r15, %rdi
	call	vbg_sink_create@PLT
	testl	%eax, %eax
	jne	.L217
	movq	8(%rsp), %rdi
	leaq	80(%rsp), %rsi
	call	vbg_sink_get_counters@PLT
	testl	%eax, %eax
	jne	.L183
	cmpq	%rbp, 120(%rsp)
	jne	.L183
	movq	8(%rsp), %rdi
	leaq	4(%rsp), %rsi
	call	vbg_sink_demand@PLT
	orl	4(%rsp), %eax
	jne	.L218
	movq	8(%rsp), %rdi
	leaq	16(%rsp), %rbp
	leaq	.LC26(%rip), %r12
	call	vbg_sink_destroy@PLT
	movq	%rbp, %rcx
	movq	%r12, %rdx
	leaq	.LC27(%rip), %rsi
	leaq	.LC28(%rip), %rdi
	call	vbg_spec_with@PLT
	testl	%eax, %eax
	jne	.L219
	movq	16(%rsp), %r14
	movq	%r12, %rsi
	movq	%r14, %rdi
	call	strstr@PLT
	testq	%rax, %rax
	je	.L187
	leaq	.LC29(%rip), %rsi
	movq	%r14, %rdi
	call	strstr@PLT
	testq	%rax, %rax
	je	.L187
	movq	%r14, %rdi
	leaq	192(%rsp), %r12
	call	vbg_text_destroy@PLT
	pxor	%xmm0, %xmm0
	movq	%rbp, %rdx
	movq	%r12, %rsi
	movups	%xmm0, 212(%rsp)
	movq	%rbx, %rdi
	movups	%xmm0, 228(%rsp)
	movups	%xmm0, 196(%rsp)
	movq	.LC35(%rip), %xmm0
	movl	$0, 244(%rsp)
	movl	$56, 192(%rsp)
	punpcklqdq	%xmm0, %xmm0
	movups	%xmm0, 216(%rsp)
	call	vbg_model_fetch@PLT
	testl	%eax, %eax
	je	.L189
	cmpq	$0, 16(%rsp)
	jne	.L189
	movq	%rbp, %rdx
	movq	%r12, %rsi
	leaq	.LC30(%rip), %rdi
	call	vbg_model_fetch@PLT
	cmpl	$4, %eax
	jne	.L220
	leaq	24(%rsp), %rdx
	xorl	%esi, %esi
	leaq	.LC31(%rip), %rdi
	movq	%rdx, 24(%rsp)
	call	vbg_effect_create@PLT
	cmpl	$4, %eax
	jne	.L192
	cmpq	$0, 24(%rsp)
	jne	.L192
	call	vbg_error_status@PLT
	cmpl	$4, %eax
	jne	.L195
	call	vbg_error_errno@PLT
	testl	%eax, %eax
	jne	.L195
	leaq	.LC32(%rip), %rsi
	movl	$5, %edi
	call	vbg_error_set@PLT
	cmpl	$5, %eax
	jne	.L221
	xorl	%esi, %esi
	xorl	%edi, %edi
	call	vbg_error_message@PLT
	cmpq	$16, %rax
	jne	.L222
	movl	$9, %edi
	call	vbg_status_name@PLT
	leaq	.LC33(%rip), %rsi
	movq	%rax, %rdi
	call	strcmp@PLT
	testl	%eax, %eax
	jne	.L223
	xorl	%edx, %edx
	leaq	logged(%rip), %rsi
	leaq	on_log(%rip), %rdi
	call	vbg_log_set_handler@PLT
	testl	%eax, %eax
	jne	.L224
	leaq	.LC34(%rip), %rsi
	movl	$1, %edi
	call	vbg_log_write@PLT
	testl	%eax, %eax
	jne	.L200
	cmpl	$1, logged(%rip)
	jne	.L200
	xorl	%esi, %esi
	xorl	%edi, %edi
	movl	$1, %edx
	call	vbg_log_set_handler@PLT
	testl	%eax, %eax
	jne	.L225
	movq	%r13, %rdx
	movq	%r15, %rsi
	movl	$5, %edi
	movl	$3, 128(%rsp)
	call	vbg_stage_find@PLT
	cmpl	$1, %eax
	jne	.L226
	addq	$488, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	ret
.L163:
	movl	$238, %edi
	call	fail
.L177:
	movl	$246, %edi
	call	fail
.L170:
	movl	$242, %edi
	call	fail
.L168:
	movl	$241, %edi
	call	fail
.L200:
	movl	$274, %edi
	call	fail
.L195:
	movl	$269, %edi
	call	fail
.L192:
	movl	$268, %edi
	call	fail
.L165:
	movl	$239, %edi
	call	fail
.L174:
	movl	$244, %edi
	call	fail
.L189:
	movl	$264, %edi
	call	fail
.L187:
	movl	$259, %edi
	call	fail
.L218:
	movl	$254, %edi
	call	fail
.L183:
	movl	$253, %edi
	call	fail
.L180:
	movl	$248, %edi
	call	fail
.L212:
	movl	$237, %edi
	call	fail
.L215:
	movl	$245, %edi
	call	fail
.L219:
	movl	$258, %edi
	call	fail
.L226:
	movl	$278, %edi
	call	fail
.L225:
	movl	$275, %edi
	call	fail
.L213:
	movl	$240, %edi
	call	fail
.L223:
	movl	$272, %edi
	call	fail
.L222:
	movl	$271, %edi
	call	fail
.L224:
	movl	$273, %edi
	call	fail
.L221:
	movl	$270, %edi
	call	fail
.L220:
	movl	$265, %edi
	call	fail
.L216:
	movl	$247, %edi
	call	fail
.L214:
	movl	$243, %edi
	call	fail
.L217:
	movl	$252, %edi
	call	fail
	.size	ask, .-ask
	.p2align 4
	.type	on_log, @function
on_log:
	testq	%rdx, %rdx
	je	.L232
	addl	$1, (%rdi)
	ret
.L232:
	pushq	%rax
	movl	$99, %edi
	call	fail
	.size	on_log, .-on_log
	.section	.rodata.str1.1
.LC36:
	.string	"headers %d.%d.%d, library %s\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	subq	$8, %rsp
	call	vbg_version@PLT
	cmpl	$65535, %eax
	jbe	.L236
	call	run_pipeline
	call	use_stages
	call	ask
	call	vbg_version_text@PLT
	xorl	%ecx, %ecx
	movl	$1, %edx
	xorl	%esi, %esi
	movq	%rax, %r8
	leaq	.LC36(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
.L236:
	movl	$282, %edi
	call	fail
	.size	main, .-main
	.local	b.0
	.comm	b.0,128,32
	.local	a.1
	.comm	a.1,128,32
	.local	out.2
	.comm	out.2,384,32
	.local	last_written
	.comm	last_written,3,1
	.local	progressed
	.comm	progressed,4,4
	.local	logged
	.comm	logged,4,4
	.local	destroyed
	.comm	destroyed,4,4
	.local	read_frames
	.comm	read_frames,4,4
	.local	opened
	.comm	opened,4,4
	.local	written
	.comm	written,4,4
	.local	configured
	.comm	configured,4,4
	.local	segmented
	.comm	segmented,4,4
	.local	camera
	.comm	camera,384,32
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC0:
	.long	2
	.long	16
	.align 8
.LC1:
	.long	0
	.long	1077477376
	.align 8
.LC8:
	.long	0
	.long	1073217536
	.align 8
.LC9:
	.long	0
	.long	-1074790400
	.align 8
.LC14:
	.long	16
	.long	8
	.section	.rodata.cst16,"aM",@progbits,16
	.align 16
.LC16:
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.byte	1
	.section	.rodata.cst8
	.align 8
.LC21:
	.long	0
	.long	1072693248
	.section	.data.rel.ro.local,"aw"
	.align 8
.LC35:
	.quad	.LC18
	.section	.note.GNU-stack,"",@progbits
